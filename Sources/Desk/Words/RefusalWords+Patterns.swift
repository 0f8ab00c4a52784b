extension RefusalWords {
  /// The English of a problem, `*` for what stands in it, and its Spanish with what stands there in the same order. The first that fits
  /// counts.
  static let patterns: [(String, String)] = [
    ("missing", "falta; es obligatorio aquí"),
    ("the member * is missing", "falta la parte «*»"),
    ("has no place here", "no corresponde a lo elegido; déjelo vacío"),
    (
      "has no place here, as * is of a person of * or more",
      "no corresponde: según la fecha de nacimiento (*) la persona tiene * años o más"
    ),
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
    ("the file is none of *", "el archivo no es de estas clases: *; elija otro"),
    ("the file is longer than 100 MiB", "el archivo pasa de 100 MiB; elija uno más pequeño"),
    ("the disk has no room for the file", "no hay lugar en el disco para el archivo; guarde el registro sin él"),
    ("the file could not be kept", "el archivo no se pudo guardar; envíelo de nuevo"),
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
    (
      "the consignment is held by quarantine of * at * (hold *, since *)",
      "la carga está retenida por cuarentena de * en * (retención *, desde *)"
    ),
    (
      "the consignment is returned on * by quarantine of * at * (hold *, since *)",
      "la carga fue devuelta el * por cuarentena de * en * (retención *, desde *)"
    ),
    (
      "the consignment is destroyed on * by quarantine of * at * (hold *, since *)",
      "la carga fue destruida el * por cuarentena de * en * (retención *, desde *)"
    ),
    // Lines and tables that are not as they should be.
    ("has no place in a withdrawal", "no corresponde en un retiro; solo cabe una razón"),
    ("a record cannot replace and withdraw at once", "un registro no puede corregir y retirar a la vez"),
    ("no field of the dataset *", "no es un campo del conjunto «*»"),
    (
      "the agreement names another definition than this node has",
      "el convenio nombra otra definición que la de este nodo"
    ),
    ("not in canonical form", "no está en la forma canónica"),
    ("outside the agreed filter (*)", "queda fuera del filtro convenido (*)"), ("not agreed", "no está convenido"),
    ("a body is an object", "un registro es un objeto"),
    ("a list of objects is expected, not *", "se espera una lista de objetos y no *"),
    ("a text is expected, not *", "se espera un texto y no *"),
    ("a list is expected, not *", "se espera una lista y no *"),
    ("an object is expected, not *", "se espera un objeto y no *"), ("an empty list", "la lista está vacía"),
    ("a member that is not known", "tiene una parte desconocida"), ("nothing to search for", "no hay nada que buscar"),
    ("not JSON at byte *: *", "no es JSON en el byte *: *"),
    ("something stands after the value", "hay algo tras el valor"),
    ("nested deeper than *", "está anidado a más de * niveles"), ("an unknown word", "hay una palabra desconocida"),
    ("a member's name must begin here", "aquí debe empezar el nombre de una parte"),
    ("a colon must stand here", "aquí faltan dos puntos"),
    ("a comma or a closing brace must stand here", "aquí falta una coma o una llave que cierre"),
    ("a comma or a closing bracket must stand here", "aquí falta una coma o un corchete que cierre"),
    ("a member stands twice", "una parte está dos veces"), ("a digit must stand here", "aquí falta una cifra"),
    ("a text never ends", "un texto no se cierra"),
    ("a control character must be escaped", "un carácter de control debe ir escapado"),
    ("not UTF-8", "no está en UTF-8"), ("half of a surrogate pair", "tiene medio par sustituto"),
    ("an unknown escape", "tiene un escape desconocido"),
    ("four hexadecimal digits must stand here", "aquí faltan cuatro cifras hexadecimales"),
    ("* has no field \"*\"", "«*» no tiene el campo «*»"), ("\"*\" names no field", "«*» no nombra ningún campo"),
    ("\"*\" goes into a *, which has no parts", "«*» entra en un valor (*) que no tiene partes"),
    ("\"*\" names no part of a *", "«*» no nombra ninguna parte de un valor (*)"),
    ("\"*\" needs a position from 1 to * in the list", "«*» necesita una posición de 1 a * en la lista"),
    ("the cell holds JSON that cannot be read: *", "la celda tiene JSON que no se puede leer: *"),
    ("the header has * columns", "el encabezado tiene * columnas"),
    ("the header has no column \"*\"", "el encabezado no tiene la columna «*»"),
    ("column *: * has a column before", "columna *: * ya tiene una columna antes"),
    ("* has a column and a set value", "* tiene una columna y además un valor fijo"),
    ("column *: *", "columna *: *"), ("line *: *", "línea *: *"),
    ("the table cannot be read", "la tabla no se puede leer; guárdela como «CSV UTF-8»"),
    // Values.
    ("* is no country of ISO 3166-1", "* no es un país de ISO 3166-1"),
    (
      "missing, and the machine-readable zone does not hold the identity number",
      "falta, y la zona de lectura mecánica no trae el número de identidad"
    ),
    ("no birth date at the end", "falta la fecha de nacimiento al final"), ("no surname", "faltan los apellidos"),
    ("not *, which publishes", "no es *, que publica"),
    ("not the form of a crossing", "no tiene la forma de un paso, como GT-SV/la-hachadura"),
    ("not the form of a post", "no tiene la forma de un puesto, como GT-SV/la-hachadura/GT"),
    (
      "not 1 to * letters A-Z, digits, spaces, hyphens, dots and strokes, with a digit",
      "no tiene de 1 a * letras A-Z, cifras, espacios, guiones, puntos y barras, con una cifra al menos"
    ),
    (
      "not a TID: 8 to 64 hexadecimal digits in fours",
      "no es un TID: de 8 a 64 cifras hexadecimales, de cuatro en cuatro"
    ),
    (
      "not an EPC: 4 to 124 hexadecimal digits in fours, or a tag URI",
      "no es un EPC: de 4 a 124 cifras hexadecimales, de cuatro en cuatro, o el URI de una etiqueta"
    ),
    ("a URI, and none of an EPC", "es un URI, y no de un EPC"),
    ("a URI, and none of a tag", "es un URI, y no de una etiqueta"),
    (
      "a pure identity URI, which lacks the tag's filter value",
      "es un URI de identidad, al que falta el valor de filtro de la etiqueta"
    ),
    ("a raw URI whose length does not fit its digits", "es un URI «raw» cuya longitud no cuadra con sus cifras"),
    ("a tag URI of another scheme than *", "es el URI de una etiqueta de otro esquema que *"),
    ("the tag URI's * is not *", "en el URI de la etiqueta, * no es *"),
    (
      "the CUI ends in no department (01 to 22) and municipality",
      "el CUI no termina en un departamento (01 a 22) y un municipio"
    ),
    ("the cédula's middle part is no date (ddmmyy)", "la parte media de la cédula no es una fecha (ddmmaa)"),
    (
      "a NIT has fourteen digits, the first 0, 1 or 9, a DUI nine",
      "un NIT tiene catorce cifras, la primera 0, 1 o 9; un DUI, nueve"
    ),
    (
      "not a cédula jurídica (10 digits from 2 to 5), cédula física (9) or DIMEX (11 or 12 from 1)",
      "no es una cédula jurídica (10 cifras, de 2 a 5), física (9) ni un DIMEX (11 o 12, con 1)"
    ),
    ("an RTN has fourteen digits", "un RTN tiene catorce cifras"),
    (
      "a RUC has a letter and thirteen digits, or is a cédula", "un RUC tiene una letra y trece cifras, o es una cédula"
    ),
    // Records that do not fit what is known.
    ("* was erased at the end of its retention", "* se borró al terminar su plazo de conservación"),
    (
      "* was published before as *, which was erased or cannot be read any more",
      "la referencia * ya se guardó como *, que se borró o ya no se puede leer; use otra referencia"
    ),
    (
      "* is a record of * itself, which another country answers",
      "* es un registro del propio país (*), y lo contesta el otro"
    ),
    ("the record has * bytes", "el registro tiene * bytes y caben 64 KiB; acorte los textos"),
    ("the record that it changes cannot be read: *", "el registro que corrige no se puede leer: *"),
    ("* would not learn of it, and has the first record", "* no lo sabría, y tiene el registro primero"),
    ("an observer publishes nothing", "un observador no publica nada"),
    (
      "it cannot be seen whether quarantine holds the consignment: *",
      "no se puede ver si cuarentena retiene la carga; pruebe de nuevo: *"
    ),
    ("outside *", "fuera de los límites: *"),
  ]
}
