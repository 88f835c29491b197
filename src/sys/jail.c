/* jail.c: what may a decoding process do? Read its item, compute, write its answer, end. */
#include "sys/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/scope.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

struct jail {
    struct sock_fprog program;
};

/* Asked for by libraries on side roads (an unknown charset, a time zone): refused politely,
 * so that they take their fallback. Everything in neither list kills the process. */
static const int REFUSED[] = {
    SCMP_SYS(open),       SCMP_SYS(openat), SCMP_SYS(stat),      SCMP_SYS(newfstatat),
    SCMP_SYS(statx),      SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(readlink),
    SCMP_SYS(readlinkat), SCMP_SYS(fcntl),  SCMP_SYS(prctl),     SCMP_SYS(ioctl),
    SCMP_SYS(getcwd),
};

static const int ALLOWED[] = {
    SCMP_SYS(write),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(futex),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(getrandom),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sched_yield),
    SCMP_SYS(close),
    SCMP_SYS(fstat),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
};

/* Only for the sanitizers' own reports; a release build does not have these. */
static const int ALLOWED_SANITIZED[] = {
    SCMP_SYS(sigaltstack), SCMP_SYS(rt_sigaction), SCMP_SYS(sched_getaffinity),
    SCMP_SYS(getrlimit),   SCMP_SYS(prlimit64),    SCMP_SYS(tgkill),
    SCMP_SYS(read),        SCMP_SYS(lseek),        SCMP_SYS(getuid),
    SCMP_SYS(pipe2),       SCMP_SYS(pipe),         SCMP_SYS(set_robust_list),
};

static int add_rules(scmp_filter_ctx f)
{
    struct scmp_arg_cmp no_exec = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    int rc = 0;

    for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++)
        rc |= seccomp_rule_add(f, SCMP_ACT_ERRNO(EACCES), REFUSED[i], 0);
    for (size_t i = 0; i < sizeof ALLOWED / sizeof *ALLOWED; i++)
        rc |= seccomp_rule_add(f, SCMP_ACT_ALLOW, ALLOWED[i], 0);
    for (size_t i = 0; IS_SANITIZED && i < sizeof ALLOWED_SANITIZED / sizeof(int); i++)
        rc |= seccomp_rule_add(f, SCMP_ACT_ALLOW, ALLOWED_SANITIZED[i], 0);
    rc |= seccomp_rule_add_array(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, &no_exec);
    rc |= seccomp_rule_add_array(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, &no_exec);
    return rc;
}

static void release(scmp_filter_ctx *f)
{
    if (*f)
        seccomp_release(*f);
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* The filter is compiled once, in the warm process; an item's process only loads it. */
static enum err compile(struct jail *j, struct why *w)
{
    SCOPED(release) scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);
    SCOPED(close_fd) int fd = memfd_create("filter", MFD_CLOEXEC);
    struct sock_filter *code;
    off_t size;

    if (!f || fd < 0)
        return fail(w, E_BUSY, "could not make the system call filter");
    if (add_rules(f) || seccomp_export_bpf(f, fd) || (size = lseek(fd, 0, SEEK_END)) <= 0)
        return fail(w, E_INTERNAL, "cannot build the system call filter");
    code = malloc((size_t)size);
    if (!code || pread(fd, code, (size_t)size, 0) != (ssize_t)size) {
        free(code);
        return fail(w, E_BUSY, "could not read the system call filter");
    }
    j->program.filter = code;
    j->program.len = (unsigned short)((size_t)size / sizeof *code);
    return OK;
}

/* No file, no folder, whatever the user's rights. Kernels without Landlock: the filter above
 * already refuses to open anything; this is the second lock on the same door. */
static void close_files(void)
{
    struct landlock_ruleset_attr attr = {
        .handled_access_fs = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                             LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
                             LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                             LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
                             LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
                             LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
                             LANDLOCK_ACCESS_FS_MAKE_SYM};
    int fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);

    if (fd < 0)
        return;
    syscall(SYS_landlock_restrict_self, fd, 0);
    close(fd);
}

enum err jail_prepare(struct jail **ret, struct why *w)
{
    struct jail *j = calloc(1, sizeof *j);
    enum err e;

    if (!j)
        return fail(w, E_BUSY, "out of memory");
    if ((e = compile(j, w))) {
        free(j);
        return e;
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
        free(j->program.filter);
        free(j);
        return fail(w, E_BUSY, "could not give up new rights: %s", strerror(errno));
    }
    if (!IS_SANITIZED) /* reports of the sanitizers read /proc and symbols */
        close_files();
    *ret = j;
    return OK;
}

static int limit(int resource, rlim_t soft, rlim_t hard)
{
    struct rlimit r = {soft, hard};

    return setrlimit((__rlimit_resource_t)resource, &r);
}

enum err jail_enter(const struct jail *j, struct why *w)
{
    int rc = 0;

    if (!IS_SANITIZED) { /* shadow memory is terabytes; stderr: their reports */
        close(2);
        rc |= limit(RLIMIT_AS, SANDBOX_MEMORY_BYTES, SANDBOX_MEMORY_BYTES);
        rc |= limit(RLIMIT_NOFILE, 0, 0);
    }
    rc |= limit(RLIMIT_CPU, SANDBOX_CPU_S, SANDBOX_CPU_S + 1);
    rc |= limit(RLIMIT_CORE, 0, 0);
    rc |= limit(RLIMIT_FSIZE, 0, 0);
    rc |= limit(RLIMIT_NPROC, 0, 0);
    if (rc)
        return fail(w, E_BUSY, "could not set the limits: %s", strerror(errno));
    alarm(SANDBOX_WALL_S);
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &j->program))
        return fail(w, E_BUSY, "could not load the system call filter: %s", strerror(errno));
    return OK;
}
