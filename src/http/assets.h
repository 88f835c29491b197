/* assets.h: the web pages inside the binary.
 *
 * Made by tools/embed.py from ui/dist at build time; empty in a build with -Dui=false. Knows
 * nothing of HTTP: who serves them decides on caching and fallbacks. Used by: static files. */
#pragma once

#include <stddef.h>

struct asset {
    const char *path;        /* "/index.html", "/assets/app-3f2c.js": ASCII, starts with '/' */
    const char *type;        /* Content-Type */
    const char *etag;        /* with its quotes: "\"…\"" */
    const unsigned char *gz; /* the file, gzip'd */
    size_t n;                /* [bytes] of gz */
};

/* Sorted by path (strcmp). /assets/ names carry their content's hash: cache them for ever. */
extern const struct asset ASSETS[];
extern const size_t N_ASSETS;
