/* Is it up, is it well, and what has it done? */
#include <inttypes.h>

#include "desk/desk.h"
#include "desk/desk_api.h"
#include "jobs/jobs.h"
#include "people/people.h"
#include "store/store.h"

enum err healthz_get(struct req *q, struct res *s, struct why *w)
{
    (void)q;
    (void)w;
    s->content_type = "text/plain";
    buf_str(&s->body, "ok\n");
    return OK;
}

enum err readyz_get(struct req *q, struct res *s, struct why *w)
{
    bool is_set_up;
    enum err e;

    if (((struct app *)q->app)->is_ending)
        return fail(w, E_BUSY, "the server is ending");
    if ((e = people_is_set_up(q->tx, q->arena, &is_set_up,
                              w))) /* any read shows the store is there */
        return e;
    s->content_type = "text/plain";
    buf_str(&s->body, "ready\n");
    return OK;
}

static void figure(struct buf *b, const char *name, const char *type, const char *help, int64_t v)
{
    buf_printf(b, "# HELP antiphon_%s %s\n# TYPE antiphon_%s %s\nantiphon_%s %" PRId64 "\n", name,
               help, name, type, name, v);
}

/* Prometheus text exposition format 0.0.4. */
enum err metrics_get(struct req *q, struct res *s, struct why *w)
{
    struct app *app = q->app;
    struct store_stats st;
    struct http_stats ht;
    struct jobs_stats jt = {0};

    (void)w;
    store_stats(app->store, &st);
    http_stats(app->http, &ht);
    if (app->jobs)
        jobs_stats(app->jobs, &jt);
    s->content_type = "text/plain; version=0.0.4";
    figure(&s->body, "http_requests_total", "counter", "Requests answered.", ht.requests);
    figure(&s->body, "http_refused_total", "counter", "Requests refused before a handler.",
           ht.refused);
    figure(&s->body, "http_connections", "gauge", "Open connections.", ht.connections);
    figure(&s->body, "http_streams", "gauge", "Browsers that follow live events.", ht.streams);
    buf_str(&s->body, "# HELP antiphon_http_responses_total Answers by class.\n"
                      "# TYPE antiphon_http_responses_total counter\n");
    for (int i = 1; i < 6; i++)
        buf_printf(&s->body, "antiphon_http_responses_total{class=\"%dxx\"} %" PRId64 "\n", i,
                   ht.by_status[i]);
    figure(&s->body, "store_batches_total", "counter", "Transactions committed by the writer.",
           st.batches);
    figure(&s->body, "store_operations_total", "counter", "Units of work in them.", st.operations);
    figure(&s->body, "store_failed_total", "counter", "Units of work that failed.", st.failed);
    figure(&s->body, "store_commit_microseconds_total", "counter", "Time spent in COMMIT.",
           st.commit_us);
    figure(&s->body, "store_statements_total", "counter", "Statements run by the writer.",
           st.statements);
    figure(&s->body, "jobs_run_total", "counter", "Jobs run.", jt.ran);
    figure(&s->body, "jobs_retried_total", "counter", "Jobs put off after a failure.", jt.retried);
    figure(&s->body, "jobs_failed_total", "counter", "Jobs given up.", jt.failed);
    return OK;
}
