#include "CToml.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <sstream>
#include <string>

#include <toml.hpp>

struct istmo_toml_document {
  toml::value root;
};

namespace {

const toml::value &value(const istmo_toml_node *node) { return *reinterpret_cast<const toml::value *>(node); }
const istmo_toml_node *node(const toml::value &value) { return reinterpret_cast<const istmo_toml_node *>(&value); }

void say(istmo_toml_fault *fault, size_t offset, const std::string &problem) {
  fault->offset = offset;
  const size_t count = std::min(problem.size(), sizeof fault->problem - 1);
  std::memcpy(fault->problem, problem.data(), count);
  fault->problem[count] = 0;
}

/// The end of the string that begins at `at`, by TOML 1.0's four forms; the end of the document when it never ends.
size_t end_of_string(const std::string &text, size_t at) {
  const char quote = text[at];
  const bool multiline = text.compare(at, 3, std::string(3, quote)) == 0;
  const auto is_quote = [&](size_t place) { return place < text.size() && text[place] == quote; };
  for (size_t i = at + (multiline ? 3 : 1); i < text.size(); i++) {
    if (quote == '"' && text[i] == '\\') {
      i++;
    } else if (!multiline && text[i] == '\n') {
      return i;
    } else if (is_quote(i) && !multiline) {
      return i + 1;
    } else if (is_quote(i) && is_quote(i + 1) && is_quote(i + 2)) {
      // One or two more are the string's own last characters. Taken for the beginning of another string, they would hide
      // what follows.
      return i + 3 + (is_quote(i + 3) ? 1 + is_quote(i + 4) : 0);
    }
  }
  return text.size();
}

/// Refuses long lines: for each value toml11 copies the line it stands on, so that its work grows with their square.
bool has_short_lines(const std::string &text, istmo_toml_fault *fault) {
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size());
    if (end - start > ISTMO_TOML_MAX_LINE) {
      say(fault, start + ISTMO_TOML_MAX_LINE, "a line longer than 2048 bytes");
      return false;
    }
    start = end + 1;
  }
  return true;
}

/// Refuses what would make toml11 descend deeply, before it does: brackets within brackets and keys of many parts.
bool is_shallow(const std::string &text, istmo_toml_fault *fault) {
  size_t depth = 0, dots = 0;
  for (size_t i = 0; i < text.size();) {
    switch (text[i]) {
      case '"':
      case '\'':
        i = end_of_string(text, i);
        continue;
      case '#':
        i = std::min(text.find('\n', i), text.size());
        continue;
      case '[':
      case '{':
        depth++;
        dots = 0;
        break;
      case ']':
      case '}':
        if (depth > 0) depth--;
        break;
      case '.':
        dots++;
        break;
      case ',':
      case '=':
      case '\n':
        dots = 0;
        break;
      case 0:
        say(fault, i, "a zero byte");
        return false;
    }
    if (depth > ISTMO_TOML_MAX_DEPTH || dots > ISTMO_TOML_MAX_DEPTH) {
      say(fault, i, "nested deeper than 16");
      return false;
    }
    i++;
  }
  return true;
}

/// The first line of toml11's message, without its own prefixes and places.
std::string first_line(const char *what) {
  std::string line(what);
  line.resize(std::min(line.find('\n'), line.size()));
  for (const char *prefix : {"[error] ", "toml::", "detail::"}) {
    if (line.rfind(prefix, 0) == 0) line.erase(0, std::strlen(prefix));
  }
  const size_t colon = line.find(": ");
  if (colon != std::string::npos && colon < 40) line.erase(0, colon + 2);
  return line;
}

/// The offset of a line, from 1, and a byte in it, from 0.
size_t offset_of(const std::string &text, size_t line, size_t byte) {
  size_t at = 0;
  for (size_t passed = 1; passed < line; passed++) {
    const size_t end = text.find('\n', at);
    if (end == std::string::npos) break;
    at = end + 1;
  }
  return std::min(at + byte, text.size());
}

/// Where toml11's message points. It quotes lines as ` 12 | key = value`, each with a line below it that has a caret or a
/// tilde under the place; the last of them is the faulty one. Where it quotes none, `standing`.
size_t place_in(const std::string &message, const std::string &text, size_t standing) {
  size_t place = standing, quoted = 0;
  std::istringstream lines(message);
  for (std::string line; std::getline(lines, line);) {
    const size_t bar = line.find(" | "), digit = line.find_first_not_of(' ');
    if (bar == std::string::npos || digit == std::string::npos) continue;
    if (digit < bar) {
      quoted = std::strtoul(line.c_str() + digit, nullptr, 10);
    } else if (quoted > 0) {
      const size_t mark = line.find_first_not_of(' ', bar + 3);
      if (mark == std::string::npos || std::strchr("^~", line[mark]) == nullptr) continue;
      place = offset_of(text, quoted, mark - bar - 3);
      quoted = 0;
    }
  }
  return place;
}

}  // namespace

extern "C" istmo_toml_document *istmo_toml_parse(const uint8_t *bytes, size_t count, istmo_toml_fault *fault) {
  try {
    if (count > ISTMO_TOML_MAX_BYTES) {
      say(fault, 0, "longer than 256 KiB");
      return nullptr;
    }
    // toml11 leaves a document that ends in a carriage return without its last line end.
    std::string text(reinterpret_cast<const char *>(bytes), count);
    text.push_back('\n');
    if (!has_short_lines(text, fault) || !is_shallow(text, fault)) return nullptr;
    try {
      std::istringstream stream(text);
      return new istmo_toml_document{toml::parse(stream, "")};
    } catch (const toml::exception &error) {
      const size_t line = offset_of(text, error.location().line(), 0);
      say(fault, std::min(place_in(error.what(), text, line), count), first_line(error.what()));
    } catch (const std::exception &error) {
      say(fault, 0, first_line(error.what()));
    }
  } catch (...) {
    say(fault, 0, "not readable as TOML");
  }
  return nullptr;
}

extern "C" void istmo_toml_free(istmo_toml_document *document) { delete document; }

extern "C" const istmo_toml_node *istmo_toml_root(const istmo_toml_document *document) { return node(document->root); }

extern "C" int istmo_toml_kind_of(const istmo_toml_node *node) {
  switch (value(node).type()) {
    case toml::value_t::string: return ISTMO_TOML_TEXT;
    case toml::value_t::integer: return ISTMO_TOML_INTEGER;
    case toml::value_t::boolean: return ISTMO_TOML_BOOLEAN;
    case toml::value_t::array: return ISTMO_TOML_ARRAY;
    case toml::value_t::table: return ISTMO_TOML_TABLE;
    default: return ISTMO_TOML_OTHER;
  }
}

extern "C" size_t istmo_toml_offset(const istmo_toml_document *, const istmo_toml_node *node) {
  // value::location() counts lines from the start each time; the region's own iterators do not.
  const auto *region = dynamic_cast<const toml::detail::region *>(toml::detail::get_region(value(node)));
  if (region == nullptr || !region->is_ok()) return 0;
  return static_cast<size_t>(region->first() - region->begin());
}

extern "C" const char *istmo_toml_text(const istmo_toml_node *node, size_t *count) {
  if (!value(node).is_string()) return nullptr;
  const std::string &text = value(node).as_string(std::nothrow).str;
  *count = text.size();
  return text.data();
}

extern "C" int64_t istmo_toml_integer(const istmo_toml_node *node) {
  if (value(node).is_boolean()) return value(node).as_boolean(std::nothrow) ? 1 : 0;
  return value(node).is_integer() ? value(node).as_integer(std::nothrow) : 0;
}

extern "C" size_t istmo_toml_count(const istmo_toml_node *node) {
  if (value(node).is_array()) return value(node).as_array(std::nothrow).size();
  return value(node).is_table() ? value(node).as_table(std::nothrow).size() : 0;
}

extern "C" const istmo_toml_node *istmo_toml_element(const istmo_toml_node *array, size_t index) {
  if (!value(array).is_array()) return nullptr;
  const auto &elements = value(array).as_array(std::nothrow);
  return index < elements.size() ? node(elements[index]) : nullptr;
}

extern "C" void istmo_toml_members(const istmo_toml_node *table, void *context,
                                   void (*visit)(void *, const char *, size_t, const istmo_toml_node *)) {
  if (!value(table).is_table()) return;
  for (const auto &member : value(table).as_table(std::nothrow)) {
    visit(context, member.first.data(), member.first.size(), node(member.second));
  }
}
