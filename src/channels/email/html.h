/* html.h: what of a stranger's HTML may be shown, and what does it say as plain text?
 *
 * Parsed by gumbo (only html.c includes it) after caps, written anew from an allow-list of
 * elements, attributes, URL schemes and CSS properties: nothing is copied through. The output
 * is a fixpoint: sanitising it again gives the same bytes. Remote images become
 * `<img data-src="https://…">`, parts of the mail `<img data-cid="…">`; the browser gets no
 * `src` beyond small data: pictures. Links get rel and target. What quotes an earlier mail is
 * marked with `data-quote`.
 * Runs in the decoding process (sys/sandbox.h); the browser sanitises once more.
 * May use: base. Used by: mime.c, tests. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* Caps before parsing: gumbo recurses and crashes on 200,000 nested tables; a long newsletter
 * has 3,000 tags and nests 60 deep. */
#define HTML_BYTES_MAX    (1024 * 1024)
#define HTML_TAGS_MAX     20000
#define HTML_DEPTH_MAX    256
#define HTML_UNCLOSED_MAX 64 /* formatting left open is opened again in every paragraph */

/* Sanitise `in` (UTF-8; what is not becomes U+FFFD) onto `out`.
 * E_INVALID: over a cap, or no fixpoint was reached; `out` is then as it was. */
CHECKED enum err html_clean(struct str in, struct buf *out, struct why *w);

/* The text that a person would read, with line breaks, list marks and "> " before quotes.
 * Over a cap the tags are only cut out. */
void html_text(struct str in, struct buf *out);

/* html_scan.c: is it small enough to parse? Linear, without a parser. */
CHECKED enum err html_scan(struct str in, struct why *w);
/* html_css.c: the declarations of a style attribute that are allowed, written onto `out`. */
void html_css(struct str style, struct buf *out);
/* html_allow.c: the tables. */
enum html_rule { HTML_DROP, HTML_UNWRAP, HTML_KEEP };
enum html_rule html_element_rule(const char *name);
bool html_is_block(const char *name);
bool html_is_void(const char *name);
/* The value as it may be written, or false. `room` takes a cleaned copy. */
bool html_attribute(const char *element, const char *name, struct str value, struct buf *room);
/* An http, https, mailto or tel URL, white space and control characters taken out. */
bool html_url(struct str value, bool is_image, struct buf *room);
