/* sandbox_test.c: does the jail hold, and does a dead item stay one error? */
#include "sys/sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/test.h"

/* As sys/jail.c: under these the jail lets memory and read() be. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SHADOW true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_SHADOW true
#endif
#endif
#ifndef HAS_SHADOW
#define HAS_SHADOW false
#endif

static enum err upper(struct str in, struct buf *out, struct why *w)
{
    for (size_t i = 0; i < in.n; i++)
        buf_char(out, (char)(in.p[i] >= 'a' && in.p[i] <= 'z' ? in.p[i] - 32 : in.p[i]));
    return OK;
}

static enum err refuse(struct str in, struct buf *out, struct why *w)
{
    return fail(w, E_INVALID, "no: %.*s", (int)in.n, in.p);
}

/* What an attacker would try first. Each either kills the process or is refused. */
static enum err attack(struct str in, struct buf *out, struct why *w)
{
    char exe[] = "/bin/true";
    char *argv[] = {exe, NULL};
    int fd = -1;

    if (in.p[0] == 'o')
        fd = open("/etc/passwd", O_RDONLY);
    else if (in.p[0] == 'c')
        fd = open("/tmp/antiphon-escape", O_WRONLY | O_CREAT, 0600);
    else if (in.p[0] == 's')
        fd = socket(AF_INET, SOCK_STREAM, 0);
    else if (in.p[0] == 'f')
        fd = (int)syscall(SYS_fork);
    else if (in.p[0] == 'e')
        fd = execv(exe, argv);
    else if (in.p[0] == 'p')
        fd = (int)ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
    else if (in.p[0] == 'k')
        fd = kill(1, SIGTERM);
    else if (in.p[0] == 'x')
        fd = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                  0) == MAP_FAILED
                 ? -1
                 : 0;
    else if (in.p[0] == 'n')
        __builtin_trap();
    else if (in.p[0] == 'a')
        abort();
    else if (in.p[0] == 'r')
        fd = (int)read(3, out, 1);
    buf_str(out, fd < 0 ? "refused" : "ESCAPED");
    return OK;
}

static enum err hog(struct str in, struct buf *out, struct why *w)
{
    static char *hoard; /* the last piece; each holds the one before it */
    size_t got = 0;

    for (char *p; got < 1024UL * 1024 * 1024 && (p = malloc(1024 * 1024)); got += 1024 * 1024) {
        memset(p, 1, 1024 * 1024);
        memcpy(p, &hoard, sizeof hoard);
        hoard = p;
    }
    buf_printf(out, "%s", got < (size_t)SANDBOX_MEMORY_BYTES ? "limited" : "ESCAPED");
    return OK;
}

static enum err spin(struct str in, struct buf *out, struct why *w)
{
    for (volatile unsigned long i = 0;; i++)
        ;
    return OK;
}

/* Does anything of one item reach the next? */
static enum err remember(struct str in, struct buf *out, struct why *w)
{
    static char seen[64];

    buf_str(out, seen);
    snprintf(seen, sizeof seen, "%.*s", (int)in.n, in.p);
    return OK;
}

static const struct sandbox_kind KINDS[] = {
    {"upper", NULL, upper}, {"refuse", NULL, refuse}, {"attack", NULL, attack},
    {"hog", NULL, hog},     {"spin", NULL, spin},     {"remember", NULL, remember},
};

static enum err run(const char *kind, const char *in, char ret[64], struct why *w)
{
    struct arena *a = arena_new(1024);
    struct str out = {NULL, 0};
    enum err e = sandbox_run(kind, in, strlen(in), a, &out, w);

    snprintf(ret, 64, "%.*s", e ? 0 : (int)out.n, e ? "" : out.p);
    arena_free(a);
    return e;
}

static void decodes(void **state)
{
    struct why w = {0};
    char got[64];

    assert_int_equal(run("upper", "good morning", got, &w), OK);
    assert_string_equal(got, "GOOD MORNING");
    assert_int_equal(run("upper", "", got, &w), OK);
    assert_string_equal(got, "");
}

static void big_items_pass_whole(void **state)
{
    size_t n = 30UL * 1024 * 1024;
    char *in = malloc(n);
    struct arena *a = arena_new(1024);
    struct str out;
    struct why w = {0};

    memset(in, 'a', n);
    assert_int_equal(sandbox_run("upper", in, n, a, &out, &w), OK);
    assert_int_equal(out.n, n);
    assert_int_equal(out.p[0], 'A');
    assert_int_equal(out.p[n - 1], 'A');
    arena_free(a);
    free(in);
}

static void a_refusal_keeps_its_words(void **state)
{
    struct why w = {0};
    char got[64];

    assert_int_equal(run("refuse", "not today", got, &w), E_INVALID);
    assert_string_equal(w.text, "no: not today");
    assert_int_equal(run("no-such-kind", "x", got, &w), E_INVALID);
}

static void the_jail_holds(void **state)
{
    static const struct {
        const char *says;
        bool kills;
    } rows[] = {
        {"open a file", false},
        {"create a file", false},
        {"socket", true},
        {"fork", true},
        {"exec", true},
        {"ptrace the parent", true},
        {"kill another", true},
        {"xecutable memory", true},
        {"no such instruction", true},
        {"abort", true},
        {"read another descriptor", true},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct why w = {0};
        char got[64];
        enum err e = run("attack", rows[i].says, got, &w);

        if (HAS_SHADOW && rows[i].says[0] == 'r')
            continue; /* the sanitizers' own reports read */
        if (e != (rows[i].kills ? E_INVALID : OK) || strcmp(got, "ESCAPED") == 0) {
            print_error("%s: error %d \"%s\", got \"%s\"\n", rows[i].says, (int)e, w.text, got);
            assert_true(false);
        }
        assert_int_equal(run("upper", "next", got, &w), OK);
        assert_string_equal(got, "NEXT");
    }
}

static void memory_is_limited(void **state)
{
    struct why w = {0};
    char got[64];

    if (HAS_SHADOW) {
        print_message("memory limit: not judged under sanitizers (shadow memory)\n");
        return;
    }
    assert_int_equal(run("hog", "", got, &w), OK);
    assert_string_equal(got, "limited");
}

static void *spin_thread(void *ret)
{
    struct why w = {0};
    char got[64];

    *(enum err *)ret = run("spin", "", got, &w);
    return NULL;
}

static void an_endless_item_ends_and_holds_up_nobody(void **state)
{
    struct why w = {0};
    enum err e = OK;
    pthread_t t;
    char got[64];

    assert_int_equal(pthread_create(&t, NULL, spin_thread, &e), 0);
    for (int i = 0; i < 20; i++)
        assert_int_equal(run("upper", "meanwhile", got, &w), OK);
    pthread_join(t, NULL);
    assert_int_equal(e, E_INVALID);
}

static void items_do_not_see_each_other(void **state)
{
    struct why w = {0};
    char got[64];

    assert_int_equal(run("remember", "a secret", got, &w), OK);
    assert_int_equal(run("remember", "the next", got, &w), OK);
    assert_string_equal(got, "");
}

static void a_dead_warm_process_is_replaced(void **state)
{
    struct why w = {0};
    char got[64];

    sandbox_end();
    assert_int_equal(run("upper", "again", got, &w), OK);
    assert_string_equal(got, "AGAIN");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes),
        cmocka_unit_test(big_items_pass_whole),
        cmocka_unit_test(a_refusal_keeps_its_words),
        cmocka_unit_test(the_jail_holds),
        cmocka_unit_test(memory_is_limited),
        cmocka_unit_test(an_endless_item_ends_and_holds_up_nobody),
        cmocka_unit_test(items_do_not_see_each_other),
        cmocka_unit_test(a_dead_warm_process_is_replaced),
    };

    if (sandbox_is_child(argc, argv))
        return sandbox_child(KINDS, sizeof KINDS / sizeof *KINDS);
    return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
