#pragma once
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>

// xmlFree is a variable in C, which another thread could set.
static inline void istmo_xml_free(void *p) { xmlFree(p); }
