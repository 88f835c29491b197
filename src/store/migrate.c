/* migrate.c: bring the schema to what this program needs, or say why not. */
#include "base/scope.h"
#include "store/engine.h"
#include "store/migration.h"
#include "store/pg.sql.h"
#include "store/store.sql.h"

SCOPED_FREE(struct arena, arena_free)

/* As in 0001_store.sql, which finds it there already: the list must be readable before. */
static const char LIST[] = "CREATE TABLE IF NOT EXISTS store_migration ("
                           "name TEXT NOT NULL PRIMARY KEY, sum TEXT NOT NULL, "
                           "applied_at BIGINT NOT NULL)";

/* The applied ones must be a beginning of ours, word by word. */
static enum err compare(const struct migration_list_rows *have, bool is_pg, struct why *w)
{
    for (size_t i = 0; i < have->n; i++) {
        const char *name = have->v[i].name;
        const struct migration *m = &MIGRATIONS[i];

        if (i >= N_MIGRATIONS)
            return fail(w, E_CONFLICT, "the database is newer than this program: it has step %s",
                        name);
        if (strcmp(name, m->name) != 0)
            return fail(w, E_CONFLICT, "the database has step %s where this program has %s", name,
                        m->name);
        if (strcmp(have->v[i].sum, is_pg ? m->pg_sum : m->sqlite_sum) != 0)
            return fail(w, E_CONFLICT, "step %s was changed after it had been applied", name);
    }
    return OK;
}

static enum err apply(struct tx *tx, size_t from, struct why *w)
{
    bool is_pg = tx_engine(tx) == STORE_POSTGRESQL;
    enum err e;

    for (size_t i = from; i < N_MIGRATIONS; i++) {
        const struct migration *m = &MIGRATIONS[i];
        struct migration_add_in in = {
            .name = m->name, .sum = is_pg ? m->pg_sum : m->sqlite_sum, .applied_at = tx_now(tx)};

        if ((e = tx->conn->engine->script(tx->conn, is_pg ? m->pg : m->sqlite, w))) {
            struct why because = *w;

            return fail(w, e, "step %s: %s", m->name, because.text);
        }
        if ((e = q_migration_add(tx, in, NULL, w)))
            return e;
    }
    return OK;
}

static enum err migrate_in(struct tx *tx, struct why *w)
{
    SCOPED(arena_free_p) struct arena *a = arena_new(4096);
    bool is_pg = tx_engine(tx) == STORE_POSTGRESQL;
    struct migration_list_rows have;
    enum err e;

    /* Of two nodes that start at once, one waits here and finds the work done. */
    if (is_pg && (e = tx->conn->engine->script(
                      tx->conn, "SELECT pg_advisory_xact_lock(7305810312478560)", w)))
        return e;
    if ((e = tx->conn->engine->script(tx->conn, LIST, w)) ||
        (e = q_migration_list(tx, a, &have, w)) || (e = compare(&have, is_pg, w)))
        return e;
    if (have.n < N_MIGRATIONS && !tx->store->conf.is_migrating)
        return fail(w, E_CONFLICT, "the database is older than this program: run 'migrate' first");
    if ((e = apply(tx, have.n, w)) || !is_pg)
        return e;
    /* After a restore from a dump: transactions are counted anew on every server. */
    if ((e = q_event_drop_future(tx, NULL, w)))
        return e;
    return q_event_mark_past(tx, NULL, w);
}

enum err migrate(struct store *s, struct conn *c, struct why *w)
{
    struct tx tx;
    enum err e = tx_begin(&tx, s, c, w);

    if (e)
        return e;
    if ((e = migrate_in(&tx, w)) || (e = c->engine->commit(c, w)))
        c->engine->rollback(c);
    return e;
}
