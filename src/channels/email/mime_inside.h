/* mime_inside.h: what mime.c, mime_body.c and mime_charset.c share. Nobody else includes it. */
#pragma once

#include <gmime/gmime.h>

#include "channels/email/mime.h"

/* mime_charset.c: bytes in a declared (or no, or a wrong) charset as clean UTF-8: no NUL, no
 * control characters but tab and newline, line ends as \n, at most max_chars. */
const char *charset_text(struct arena *a, struct str bytes, const char *charset, size_t max_chars);
/* The charset that HTML names in its own first bytes; NULL. */
const char *charset_of_html(struct arena *a, struct str html);
/* One line for a header's value, a name, a file name: breaks and controls become spaces. */
const char *charset_line(struct arena *a, const char *s, size_t max_chars);

/* mime_body.c: text, html and parts of m out of the tree. */
CHECKED enum err body_read(GMimeObject *root, struct arena *a, struct mail *m, struct why *w);
/* Add a remark for the agent. */
void mail_remark(struct arena *a, struct mail *m, const char *words);
/* mime.c: keep a reference if there is room and it is new. */
void refs_add(struct arena *a, struct mail *m, const char *id);
