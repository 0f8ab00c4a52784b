#pragma once
// toml11 behind a plain C interface: parse a bounded TOML document, then walk it. No exception leaves; every value knows
// the byte offset at which it stands in the source. Pointers stay good until istmo_toml_free.
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The largest document read: a topology of a whole region is far below, and the parser's memory stays small.
#define ISTMO_TOML_MAX_BYTES 262144
/// The longest line: for each value the parser copies the line it stands on.
#define ISTMO_TOML_MAX_LINE 2048
/// The deepest nesting of brackets, and separately of dotted keys: toml11 descends recursively, so this bounds its stack.
#define ISTMO_TOML_MAX_DEPTH 16

enum istmo_toml_kind {
  ISTMO_TOML_OTHER = 0,  // floats, dates and times: nothing here uses them
  ISTMO_TOML_TEXT = 1,
  ISTMO_TOML_INTEGER = 2,
  ISTMO_TOML_BOOLEAN = 3,
  ISTMO_TOML_ARRAY = 4,
  ISTMO_TOML_TABLE = 5
};

/// What is wrong with a document, and where.
typedef struct {
  size_t offset;
  char problem[256];
} istmo_toml_fault;

typedef struct istmo_toml_document istmo_toml_document;
typedef struct istmo_toml_node istmo_toml_node;

/// A parsed document, or NULL with the fault filled in.
istmo_toml_document *istmo_toml_parse(const uint8_t *bytes, size_t count, istmo_toml_fault *fault);
void istmo_toml_free(istmo_toml_document *document);

/// The top-level table.
const istmo_toml_node *istmo_toml_root(const istmo_toml_document *document);
int istmo_toml_kind_of(const istmo_toml_node *node);
/// The byte at which the value begins; for a table with a header, the first byte of the header's key.
size_t istmo_toml_offset(const istmo_toml_document *document, const istmo_toml_node *node);
/// The bytes of a text; NULL for any other kind.
const char *istmo_toml_text(const istmo_toml_node *node, size_t *count);
/// An integer, or 0 or 1 for a boolean; 0 for any other kind.
int64_t istmo_toml_integer(const istmo_toml_node *node);
/// Elements of an array or members of a table; 0 for any other kind.
size_t istmo_toml_count(const istmo_toml_node *node);
/// The element of an array, or NULL.
const istmo_toml_node *istmo_toml_element(const istmo_toml_node *node, size_t index);
/// Visits the members of a table, in no particular order.
void istmo_toml_members(const istmo_toml_node *node, void *context,
                        void (*visit)(void *context, const char *key, size_t count, const istmo_toml_node *value));

#ifdef __cplusplus
}
#endif
