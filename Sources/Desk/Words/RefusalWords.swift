import Catalog

/// Why a record was refused, in the reader's language where there is a text for it. What has none is shown in the node's own English,
/// and marked as such for readers' software.
struct RefusalWords {
  /// The sentence.
  let text: String
  /// Whether it is in the language that was asked for.
  let isTranslated: Bool

  /// The words for a refusal.
  init(_ refusal: Refusal, _ language: Language) {
    let english = Self.sentence("\(refusal.problem); \(refusal.whatToDo)", refusal.found, "found")
    guard language == .es else {
      (text, isTranslated) = (english, true)
      return
    }
    guard let problem = Self.spanish(refusal.problem) else {
      (text, isTranslated) = (english, false)
      return
    }
    (text, isTranslated) = (Self.sentence(problem, refusal.found, "se encontró"), true)
  }

  private static func sentence(_ words: String, _ found: String?, _ foundWord: String) -> String {
    let first = words.prefix(1).uppercased() + words.dropFirst()
    return first + (found.map { " (\(foundWord): «\($0)»)" } ?? "") + "."
  }

  /// The Spanish of a problem; `*` of a pattern takes what stands there along.
  private static func spanish(_ problem: String) -> String? {
    for (pattern, words) in patterns {
      guard let parts = match(problem, pattern) else { continue }
      var out = ""
      var rest = parts[...]
      for piece in words { out += piece == "*" ? rest.popFirst() ?? "" : String(piece) }
      return out
    }
    return nil
  }

  private static func match(_ text: String, _ pattern: String) -> [String]? {
    let pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard let head = pieces.first, text.hasPrefix(head) else { return nil }
    var rest = text.dropFirst(head.count)
    var parts: [String] = []
    for (place, piece) in pieces.enumerated().dropFirst() {
      if place == pieces.count - 1 {
        guard rest.hasSuffix(piece) else { return nil }
        parts.append(String(rest.dropLast(piece.count)))
        return parts
      }
      guard let range = rest.firstRange(of: piece) else { return nil }
      parts.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return rest.isEmpty ? [] : nil
  }

  private static let patterns: [(String, String)] = [
    ("missing", "falta; es obligatorio aquí"),
    ("the member * is missing", "falta la parte «*»"),
    ("has no place here", "no corresponde a lo elegido; déjelo vacío"),
    ("not one of the words of this field", "no es ninguno de los valores del campo"),
    ("not a day of the calendar", "no es un día del calendario; escriba AAAA-MM-DD"),
    ("not a moment with an offset", "no es una fecha y hora"),
    ("more than a day in the future", "está más de un día en el futuro"),
    ("more than * days in the future", "está más de * días en el futuro"),
    ("* to * characters are expected, not *", "se esperan de * a * caracteres y hay *"),
    ("outside * to *", "fuera de los límites, de * a *"),
    ("a space at the start or the end", "tiene un espacio al principio o al final"),
    ("a control character", "tiene un carácter de control"),
    ("a hidden character", "tiene un carácter invisible"),
    (
      "something other than Latin letters, spaces, hyphens and apostrophes",
      "solo letras latinas, espacios, guiones y apóstrofos"
    ),
    ("a number is expected, not *", "se espera un número entero"),
    ("a decimal is expected, not *", "se espera un número decimal, como 1234.50"),
    ("not a whole number of 64 bits", "no es un número entero"),
    ("not a decimal number", "no es un número decimal; escriba cifras y un punto, como 1234.50"),
    ("more than * digits after the point, or more than * in all", "más de * cifras tras el punto, o más de * en total"),
    ("true or false is expected, not *", "se espera sí o no"),
    ("not a country of ISO 3166-1", "no es un país; escriba dos letras, como SV"),
    ("not a kind of document", "no es una clase de documento"),
    (
      "the number is not 1 to * letters A-Z, digits, spaces, hyphens, dots and strokes",
      "el número no tiene de 1 a * letras, cifras, espacios, guiones, puntos y barras"
    ),
    ("the text is not 1 to * characters with a letter or digit", "la placa no tiene de 1 a * caracteres"),
    ("not the form of a container number (ISO 6346)", "no tiene la forma de un número de contenedor, como CSQU3054383"),
    (
      "the container number's check digit does not fit",
      "el dígito verificador del contenedor no cuadra; léalo de nuevo"
    ),
    ("a DUI has nine digits", "un DUI tiene nueve cifras"),
    ("the DUI's check digit does not fit", "el dígito verificador del DUI no cuadra; léalo de nuevo"),
    ("a CUI has thirteen digits", "un CUI tiene trece cifras"),
    ("the CUI's check digit does not fit", "el dígito verificador del CUI no cuadra; léalo de nuevo"),
    ("a DNI has thirteen digits", "un DNI tiene trece cifras"),
    ("a cédula has thirteen digits and a letter", "una cédula tiene trece cifras y una letra"),
    ("the cédula's letter does not fit", "la letra de la cédula no cuadra; léala de nuevo"),
    ("the NIT's check digit does not fit", "el dígito verificador del NIT no cuadra; léalo de nuevo"),
    ("a NIT has up to eleven digits and a digit or K", "un NIT tiene hasta once cifras y una cifra o K"),
    ("not 6, 8, 10 or 12 digits of the tariff", "no son 6, 8, 10 o 12 cifras del arancel"),
    ("a chapter that the Harmonized System has not", "ese capítulo no existe en el Sistema Armonizado"),
    ("not a record id", "no es un identificador de registro"),
    ("not a SHA-256: 64 hexadecimal digits", "no es un SHA-256 de 64 cifras hexadecimales"),
    ("no such crossing in the topology", "no existe ese paso"),
    ("no such post in the topology", "no existe ese puesto"),
    ("not a post of the crossing", "el puesto no es de ese paso"),
    ("a post of *, not of *", "es un puesto de *, no de *"),
    (
      "not the post that acts for * at this crossing in this direction",
      "no es el puesto que actúa para * en este paso y sentido"
    ),
    ("the direction is not one of the crossing *", "el sentido no corresponde al paso *"),
    ("a direction leads from one country to another", "se va de un país a otro: indique los dos"),
    ("after *", "es posterior a «*»"), ("not after *", "no es posterior a «*»"),
    ("more than *", "es mayor que «*»"), ("not the sum of *", "no es la suma de «*»"),
    ("no list of lines", "no es una lista de líneas, como 3-5 o 1, 6, 8"),
    ("a line that is not there", "esa línea no existe"),
    ("your role does not record this", "su función no registra esto"),
    (
      "a line before has the same reference and other content",
      "una línea anterior tiene la misma referencia y otro contenido"
    ),
    ("the file is empty", "el archivo está vacío"), ("more than * lines", "más de * líneas"),
    ("the table is empty", "la tabla está vacía"),
    ("column * begins with a quote that does not end", "la columna * empieza con una comilla que no se cierra"),
    (
      "column * has a quote in the midst of it",
      "la columna * tiene una comilla en medio; ponga la celda entre comillas"
    ),
    (
      "line *: column * begins with a quote that does not end",
      "línea *: la columna * empieza con una comilla sin cerrar"
    ),
    ("column * is not UTF-8, perhaps Latin-1", "la columna * no está en UTF-8; guárdela como «CSV UTF-8»"),
    ("the file is UTF-16", "el archivo está en UTF-16; guárdelo como «CSV UTF-8»"),
    ("* cells where the header has *", "hay * celdas y el encabezado tiene *"),
    ("column *: * has no field *", "columna *: * no tiene el campo *"),
    ("the header names no field", "el encabezado no nombra ningún campo"),
    ("an XML document is no file for this dataset", "un documento XML no sirve para este conjunto"),
    ("longer than 64 KiB", "el registro pasa de 64 KiB; acorte los textos"),
    ("* is not what the machine-readable zone says", "«*» no es lo que dice la zona de lectura mecánica"),
    ("there is no record * in *", "no hay ningún registro * en *"),
    ("* was already changed by *", "* ya fue corregido por *"),
    (
      "* was published before as * with other content",
      "la referencia * ya se guardó como * con otro contenido; abra un formulario nuevo"
    ),
    ("the consignment is held by quarantine of *", "la carga está retenida por cuarentena de *"),
    ("the consignment is *", "la carga está así: *"),
  ]
}
