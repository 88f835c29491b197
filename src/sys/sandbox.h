/* sandbox.h: how do we decode bytes that nobody should trust?
 *
 * A decoder runs in a process of its own, one process an item: our binary started once more
 * (`antiphon decode`), warmed up, and forked for each item. The item's process has no files,
 * no network, no new processes and a short list of system calls; 256 MB, 5 s of CPU, 30 s of
 * wall time. If it dies, that is one E_INVALID for one item. Why so, and what it costs:
 * docs/decisions/0010-decoder-processes.md.
 * May use: base. Used by: channels (mail), main and tests (their first line). */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#define SANDBOX_KIND_BYTES   16
#define SANDBOX_MEMORY_BYTES (256L * 1024 * 1024)
#define SANDBOX_CPU_S        5
#define SANDBOX_WALL_S       30
/* Most that a decoder may answer: a mail of LIMIT_MAIL_BYTES decoded, and its frame. */
#define SANDBOX_OUT_BYTES (64UL * 1024 * 1024)

/* A decoder: bytes in, bytes out. */
struct sandbox_kind {
    const char *name;      /* shorter than SANDBOX_KIND_BYTES */
    void (*prepare)(void); /* once, before any item and outside the jail: load libraries' tables */
    enum err (*run)(struct str in, struct buf *out, struct why *w);
};

/* Is this process one that sandbox_run started? Then main does nothing but
 * `return sandbox_child(KINDS, n)`. */
bool sandbox_is_child(int argc, char **argv);
int sandbox_child(const struct sandbox_kind *kinds, size_t n);

/* Run one item. *ret lives in `a`. Safe from any thread; blocks until the item is done.
 * E_INVALID: the decoder refused it (its own text) or died of it. E_BUSY: no process could be
 * had; the item is not to blame. Any other error is the decoder's own. */
CHECKED enum err sandbox_run(const char *kind, const void *in, size_t n, struct arena *a,
                             struct str *ret, struct why *w);

/* End the warm process. Another sandbox_run starts a new one. */
void sandbox_end(void);

/* For the jail's own files: an item's process, a frame on the wire. */
struct sandbox_frame {
    uint32_t magic, code; /* enum err */
    uint64_t n;           /* bytes that follow: the output, or the error's text */
};
struct sandbox_trailer {
    uint32_t magic;
    int32_t status; /* of waitpid */
};
#define SANDBOX_FRAME_MAGIC   0x414e5446U
#define SANDBOX_TRAILER_MAGIC 0x414e5444U
#define SANDBOX_CONTROL_FD    3

struct jail;
CHECKED enum err jail_prepare(struct jail **ret, struct why *w);  /* in the warm process */
CHECKED enum err jail_enter(const struct jail *j, struct why *w); /* in the item's process */
