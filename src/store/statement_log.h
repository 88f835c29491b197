/* statement_log.h: which statements does a message cost?
 *
 * With ANTIPHON_STATEMENT_LOG=FILE in its environment, the writer (SQLite) records every named
 * query of every committed operation with the values bound, for the bench's floor. It holds
 * what customers wrote: for benches with made-up messages only.
 * Format, numbers in the machine's order: the line STATEMENT_LOG_HEAD, then an operation after
 * the other: u32 statements; each: u16 length and name, u32 flags of fragments, then its
 * parameters in order: u8 tag, and i64 | double | u32 length and bytes.
 * Used by: store/, tests/bench. */
#pragma once

#include "store/db.h"

#define STATEMENT_LOG_HEAD "antiphon statement log 1\n"

enum { LOGGED_NULL, LOGGED_I64, LOGGED_REAL, LOGGED_BYTES };

struct statement_log;

/* NULL: not asked for. E_INVALID: the file cannot be made. */
CHECKED enum err statement_log_open(struct statement_log **ret, struct why *w);
void statement_log_close(struct statement_log *log); /* takes NULL, as do all of these */

void statement_log_add(struct statement_log *log, const struct query *q, const void *in);
/* The operation that the statements since the last call belong to was kept or not. */
void statement_log_end_op(struct statement_log *log, bool is_kept);
/* The transaction that the operations since the last call belong to was committed or not. */
void statement_log_end_batch(struct statement_log *log, bool is_committed);
