/* country.h: in which country is somebody, by what their account says?
 *
 * A guess, to show the right help lines first: of +1 it says US, and a phone moves. Pure.
 * Used by: desk. */
#pragma once

/* ISO 3166-1 alpha-2, capitals, NUL-ended; "" where nothing says so. */
struct country {
    char code[3];
};

/* The first that says something: `region` (a fact of the ticket: two letters), the region of a
 * `locale` ("pt-BR"; a language alone is no country), the calling code of a `phone` ("+55 11 …",
 * "0055…"). Each may be NULL. */
struct country country_guess(const char *region, const char *locale, const char *phone);
