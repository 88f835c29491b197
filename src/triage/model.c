#include "triage/model.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/str.h"
#include "triage/model_file.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the file is little-endian");

#define MAGIC "antiphon-triage"
#define ALIGN 64

#define SECTION_LIST(X)                                                                            \
    X(META, "meta")                                                                                \
    X(LABELS, "labels")                                                                            \
    X(BUCKETS, "buckets")                                                                          \
    X(IDF, "idf")                                                                                  \
    X(SCALE, "scale")                                                                              \
    X(ROWS, "rows")                                                                                \
    X(BIAS, "bias")                                                                                \
    X(OUT, "out")                                                                                  \
    X(PAIRS, "pairs")                                                                              \
    X(FSCALE, "fscale")                                                                            \
    X(FBIAS, "fbias")                                                                              \
    X(FOUT, "fout")                                                                                \
    X(OWN, "own")

#define SECTION_ENUM(kind, name) SECTION_##kind,
enum section { SECTION_LIST(SECTION_ENUM) SECTION_COUNT };
#undef SECTION_ENUM
#define SECTION_NAME(kind, name) name,
static const char *const NAMES[] = {SECTION_LIST(SECTION_NAME)};
#undef SECTION_NAME

struct place {
    char name[8];
    uint64_t at, n; /* bytes */
    uint32_t crc, unused;
};

struct header {
    char magic[16];
    uint32_t version, n_sections;
    uint64_t spec; /* FEATURE_SPEC */
    uint64_t n;    /* bytes of the whole file */
    struct place places[SECTION_COUNT];
    uint32_t crc; /* of all above */
    uint32_t unused;
};

struct model {
    struct model_meta meta;
    struct net net;
    const struct kernel *kernel;
    const char **labels;
    const float *own;
    uint64_t version;
    void *bytes;
    size_t n;
    bool is_mapped;
};

static uint32_t crc_of(const void *p, size_t n)
{
    return (uint32_t)crc32_z(crc32_z(0, NULL, 0), p, n);
}

/* ------- writing */

static size_t labels_bytes(const struct model_parts *p)
{
    size_t n = 0;

    for (size_t i = 0; i < p->meta.n_labels; i++)
        n += strlen(p->labels[i]) + 1;
    return n;
}

static char *labels_joined(const struct model_parts *p)
{
    char *all = malloc(labels_bytes(p) + 1), *to = all;

    if (!all)
        abort();
    for (size_t i = 0; i < p->meta.n_labels; i++)
        to = stpcpy(to, p->labels[i]) + 1;
    return all;
}

static size_t pairs_bytes(const struct net *net)
{
    return net->n_filters ? ((size_t)net->n_words + 1) * 2 * net->n_filters : 0;
}

/* Features and word vectors: a model fits those that it was trained with. */
static uint64_t spec(void)
{
    return FEATURE_SPEC ^ vectors_version();
}

void model_write(const struct model_parts *p, void **ret, size_t *ret_n)
{
    const struct net *net = &p->net;
    char *labels = labels_joined(p);
    const struct {
        const void *p;
        size_t n;
    } parts[SECTION_COUNT] = {
        [SECTION_META] = {&p->meta, sizeof p->meta},
        [SECTION_LABELS] = {labels, labels_bytes(p)},
        [SECTION_BUCKETS] = {net->row_of, FEATURE_BUCKETS * sizeof *net->row_of},
        [SECTION_IDF] = {net->idf, net->n_rows * sizeof *net->idf},
        [SECTION_SCALE] = {net->scale, net->width * sizeof *net->scale},
        [SECTION_ROWS] = {net->rows, ((size_t)net->n_rows + VECTORS_DIM) * net->width},
        [SECTION_BIAS] = {net->bias, net->width * sizeof *net->bias},
        [SECTION_OUT] = {net->out, (size_t)net->n_hidden * net->wide * sizeof *net->out},
        [SECTION_PAIRS] = {net->pairs, pairs_bytes(net)},
        [SECTION_FSCALE] = {net->filter_scale, net->n_filters * sizeof *net->filter_scale},
        [SECTION_FBIAS] = {net->filter_bias, net->n_filters * sizeof *net->filter_bias},
        [SECTION_FOUT] = {net->filter_out, (size_t)net->n_filters * net->wide * sizeof(float)},
        [SECTION_OWN] = {p->own, p->meta.n_labels * sizeof *p->own},
    };
    struct header h = {
        .magic = MAGIC, .version = MODEL_VERSION, .n_sections = SECTION_COUNT, .spec = spec()};
    size_t at = (sizeof h + ALIGN - 1) / ALIGN * ALIGN;
    unsigned char *out;

    for (int i = 0; i < SECTION_COUNT; i++) {
        strncpy(h.places[i].name, NAMES[i], sizeof h.places[i].name);
        h.places[i].at = at;
        h.places[i].n = parts[i].n;
        h.places[i].crc = crc_of(parts[i].p, parts[i].n);
        at = (at + parts[i].n + ALIGN - 1) / ALIGN * ALIGN;
    }
    h.n = at;
    h.crc = crc_of(&h, offsetof(struct header, crc));
    out = calloc(1, at);
    if (!out)
        abort();
    memcpy(out, &h, sizeof h);
    for (int i = 0; i < SECTION_COUNT; i++)
        if (parts[i].n)
            memcpy(out + h.places[i].at, parts[i].p, parts[i].n);
    free(labels);
    *ret = out;
    *ret_n = at;
}

void model_reseal(void *bytes, size_t n)
{
    struct header *h = bytes;

    if (n < sizeof *h)
        return;
    for (int i = 0; i < SECTION_COUNT; i++) {
        struct place *p = &h->places[i];

        if (p->at <= n && p->n <= n - p->at)
            p->crc = crc_of((const char *)bytes + p->at, p->n);
    }
    h->crc = crc_of(h, offsetof(struct header, crc));
}

/* ------- opening */

static CHECKED enum err damaged(const char *section, const char *how, struct why *w)
{
    return fail(w, E_INVALID, "the model's section \"%s\" %s", section, how);
}

static CHECKED enum err check_header(const struct header *h, size_t n, struct why *w)
{
    if (n < sizeof *h || memcmp(h->magic, MAGIC, sizeof h->magic) != 0)
        return fail(w, E_INVALID, "it is no triage model");
    if (h->version != MODEL_VERSION || h->n_sections != SECTION_COUNT)
        return fail(w, E_INVALID, "the model is of format %u; this program reads format %d",
                    h->version, MODEL_VERSION);
    if (h->crc != crc_of(h, offsetof(struct header, crc)))
        return damaged("header", "is damaged", w);
    if (h->spec != spec())
        return fail(w, E_INVALID, "the model was trained on features of another program version");
    if (h->n != n)
        return fail(w, E_INVALID, "the model is cut: %zu bytes of %llu", n,
                    (unsigned long long)h->n);
    for (int i = 0; i < SECTION_COUNT; i++) {
        const struct place *p = &h->places[i];

        if (strncmp(p->name, NAMES[i], sizeof p->name) != 0 || p->at % ALIGN || p->at > n ||
            p->n > n - p->at)
            return damaged(NAMES[i], "is not where it should be", w);
        if (crc_of((const char *)h + p->at, p->n) != p->crc)
            return damaged(NAMES[i], "is damaged", w);
    }
    return OK;
}

static bool are_numbers(const float *v, size_t n, float most)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabsf(v[i]) <= most)) /* false for what is no number, too */
            return false;
    return true;
}

static CHECKED enum err check_meta(const struct model_meta *m, struct why *w)
{
    const struct confidence *c = &m->confidence;

    if (m->n_labels < 2 || m->n_labels > MODEL_LABELS || m->has_oos > 1 ||
        m->n_hidden > MODEL_HIDDEN || m->n_hidden % KERNEL_WIDTH || m->n_rows > FEATURE_BUCKETS ||
        m->n_filters > NET_FILTERS || m->n_filters % KERNEL_WIDTH || m->n_words != vectors_count())
        return damaged("meta", "has sizes that cannot be", w);
    if (!(c->temperature >= 0.01F && c->temperature <= 100) ||
        !are_numbers(c->oos, CONFIDENCE_INPUTS, 1e4F) ||
        !are_numbers(c->sure, CONFIDENCE_INPUTS, 1e4F) || !are_numbers(&c->threshold, 1, 10) ||
        !are_numbers(&c->set, 1, 1))
        return damaged("meta", "has numbers that cannot be", w);
    return OK;
}

/* The sizes that the sections must have, from what "meta" says. */
static CHECKED enum err check_sizes(const struct header *h, const struct model *m, struct why *w)
{
    const struct net *net = &m->net;
    const size_t want[SECTION_COUNT] = {
        [SECTION_META] = sizeof m->meta,
        [SECTION_LABELS] = h->places[SECTION_LABELS].n,
        [SECTION_BUCKETS] = FEATURE_BUCKETS * sizeof *net->row_of,
        [SECTION_IDF] = net->n_rows * sizeof *net->idf,
        [SECTION_SCALE] = net->width * sizeof *net->scale,
        [SECTION_ROWS] = ((size_t)net->n_rows + VECTORS_DIM) * net->width,
        [SECTION_BIAS] = net->width * sizeof *net->bias,
        [SECTION_OUT] = (size_t)net->n_hidden * net->wide * sizeof *net->out,
        [SECTION_PAIRS] = pairs_bytes(net),
        [SECTION_FSCALE] = net->n_filters * sizeof *net->filter_scale,
        [SECTION_FBIAS] = net->n_filters * sizeof *net->filter_bias,
        [SECTION_FOUT] = (size_t)net->n_filters * net->wide * sizeof(float),
        [SECTION_OWN] = m->meta.n_labels * sizeof *m->own,
    };

    for (int i = 0; i < SECTION_COUNT; i++)
        if (h->places[i].n != want[i])
            return damaged(NAMES[i], "is of another size than \"meta\" says", w);
    return OK;
}

static CHECKED enum err check_arrays(const struct model *m, struct why *w)
{
    const struct net *net = &m->net;

    for (size_t i = 0; i < FEATURE_BUCKETS; i++)
        if (net->row_of[i] > net->n_rows)
            return damaged("buckets", "points beyond the rows", w);
    if (!are_numbers(net->idf, net->n_rows, 1e3F))
        return damaged("idf", "has numbers that cannot be", w);
    for (size_t i = 0; i < net->n_rows; i++)
        if (net->idf[i] < 1e-3F)
            return damaged("idf", "has numbers that cannot be", w);
    if (!are_numbers(net->scale, net->width, 1e4F))
        return damaged("scale", "has numbers that cannot be", w);
    if (!are_numbers(net->bias, net->width, 1e4F))
        return damaged("bias", "has numbers that cannot be", w);
    if (!are_numbers(net->out, (size_t)net->n_hidden * net->wide, 1e4F))
        return damaged("out", "has numbers that cannot be", w);
    if (!are_numbers(net->filter_scale, net->n_filters, 1e4F))
        return damaged("fscale", "has numbers that cannot be", w);
    if (!are_numbers(net->filter_bias, net->n_filters, 1e4F))
        return damaged("fbias", "has numbers that cannot be", w);
    if (!are_numbers(net->filter_out, (size_t)net->n_filters * net->wide, 1e4F))
        return damaged("fout", "has numbers that cannot be", w);
    if (!are_numbers(m->own, m->meta.n_labels, 10))
        return damaged("own", "has numbers that cannot be", w);
    return OK;
}

static CHECKED enum err read_labels(struct model *m, const char *p, size_t n, struct why *w)
{
    size_t at = 0;

    if (n == 0 || p[n - 1] != 0)
        return damaged("labels", "does not end", w);
    m->labels = calloc(m->meta.n_labels, sizeof *m->labels);
    if (!m->labels)
        abort();
    for (size_t i = 0; i < m->meta.n_labels; i++) {
        size_t size = at < n ? strlen(p + at) : 0;

        if (size == 0 || size > MODEL_LABEL_BYTES || !utf8_is_valid(p + at, size))
            return damaged("labels", "holds a name that cannot be", w);
        m->labels[i] = p + at;
        at += size + 1;
    }
    return at == n ? OK : damaged("labels", "holds more names than \"meta\" says", w);
}

static CHECKED enum err read_model(struct model *m, struct why *w)
{
    const struct header *h = m->bytes;
    const char *base = m->bytes;
    struct net *net = &m->net;
    enum err e;

    if ((e = check_header(h, m->n, w)))
        return e;
    if (h->places[SECTION_META].n != sizeof m->meta)
        return damaged("meta", "is of another size", w);
    memcpy(&m->meta, base + h->places[SECTION_META].at, sizeof m->meta);
    if ((e = check_meta(&m->meta, w)))
        return e;
    net->n_rows = m->meta.n_rows;
    net->n_labels = m->meta.n_labels + m->meta.has_oos;
    net->n_hidden = m->meta.n_hidden;
    net->wide = (uint32_t)kernel_padded(net->n_labels);
    net->width = net->wide + net->n_hidden;
    net->n_filters = m->meta.n_filters;
    net->n_words = m->meta.n_words;
    if ((e = check_sizes(h, m, w)))
        return e;
    m->own = (const void *)(base + h->places[SECTION_OWN].at);
    net->row_of = (const void *)(base + h->places[SECTION_BUCKETS].at);
    net->idf = (const void *)(base + h->places[SECTION_IDF].at);
    net->scale = (const void *)(base + h->places[SECTION_SCALE].at);
    net->rows = (const void *)(base + h->places[SECTION_ROWS].at);
    net->bias = (const void *)(base + h->places[SECTION_BIAS].at);
    net->out = (const void *)(base + h->places[SECTION_OUT].at);
    net->pairs = (const void *)(base + h->places[SECTION_PAIRS].at);
    net->filter_scale = (const void *)(base + h->places[SECTION_FSCALE].at);
    net->filter_bias = (const void *)(base + h->places[SECTION_FBIAS].at);
    net->filter_out = (const void *)(base + h->places[SECTION_FOUT].at);
    m->kernel = kernel_pick();
    m->version = (uint64_t)h->crc << 32 | crc_of(h->places, sizeof h->places);
    if ((e = check_arrays(m, w)))
        return e;
    return read_labels(m, base + h->places[SECTION_LABELS].at, h->places[SECTION_LABELS].n, w);
}

CHECKED static enum err model_take(void *bytes, size_t n, bool is_mapped, struct model **ret,
                                   struct why *w)
{
    struct model *m = calloc(1, sizeof *m);
    enum err e;

    if (!m)
        abort();
    m->bytes = bytes;
    m->n = n;
    m->is_mapped = is_mapped;
    if ((e = read_model(m, w)))
        model_free(m);
    else
        *ret = m;
    return e;
}

enum err model_of(const void *bytes, size_t n, struct model **ret, struct why *w)
{
    void *copy;

    if (n < sizeof(struct header) || n > MODEL_BYTES)
        return fail(w, E_INVALID, "it is no triage model");
    copy = aligned_alloc(ALIGN, (n + ALIGN - 1) / ALIGN * ALIGN);
    if (!copy)
        abort();
    memcpy(copy, bytes, n);
    return model_take(copy, n, false, ret, w);
}

enum err model_open(const char *path, struct model **ret, struct why *w)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat s;
    void *map;

    if (fd < 0)
        return fail(w, E_NOT_FOUND, "could not open \"%s\": %s", path, strerror(errno));
    if (fstat(fd, &s) != 0 || !S_ISREG(s.st_mode) || s.st_size < (off_t)sizeof(struct header) ||
        (size_t)s.st_size > MODEL_BYTES) {
        close(fd);
        return fail(w, E_INVALID, "it is no triage model");
    }
    map = mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (map == MAP_FAILED)
        return fail(w, E_INTERNAL, "could not map \"%s\": %s", path, strerror(errno));
    return model_take(map, (size_t)s.st_size, true, ret, w);
}

void model_free(struct model *m)
{
    if (!m)
        return;
    free(m->labels);
    if (m->is_mapped)
        munmap(m->bytes, m->n);
    else
        free(m->bytes);
    free(m);
}

/* ------- what it holds */

size_t model_labels(const struct model *m)
{
    return m->meta.n_labels;
}

const char *model_label(const struct model *m, size_t i)
{
    assert(i < m->meta.n_labels);
    return m->labels[i];
}

int model_label_index(const struct model *m, const char *label)
{
    for (size_t i = 0; i < m->meta.n_labels; i++)
        if (strcmp(m->labels[i], label) == 0)
            return (int)i;
    return -1;
}

size_t model_bytes(const struct model *m)
{
    return m->n;
}

uint64_t model_version(const struct model *m)
{
    return m->version;
}

const struct model_metrics *model_metrics(const struct model *m)
{
    return &m->meta.metrics;
}

const struct net *model_net(const struct model *m)
{
    return &m->net;
}

const struct confidence *model_confidence(const struct model *m)
{
    return &m->meta.confidence;
}

const struct kernel *model_kernel(const struct model *m)
{
    return m->kernel;
}

bool model_has_oos(const struct model *m)
{
    return m->meta.has_oos;
}

float model_threshold(const struct model *m, size_t label)
{
    return m->own[label] >= 0 ? m->own[label] : m->meta.confidence.threshold;
}
