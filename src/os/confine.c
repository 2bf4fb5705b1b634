/* SPDX-License-Identifier: Apache-2.0 */
#include "os/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/file.h"

/* Rights newer than the headers of Debian 12 know (ABI 3, 5 and 4). */
#define FS_TRUNCATE  (UINT64_C(1) << 14)
#define FS_IOCTL_DEV (UINT64_C(1) << 15)
#define NET_BIND_TCP (UINT64_C(1) << 0)

#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#endif
#ifndef UNDER_ASAN
#define UNDER_ASAN 0
#endif

/* The ruleset of ABI 4 and later: the kernel takes the shorter one of older headers too. */
struct ruleset {
	uint64_t fs, net;
};

int
confine_landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return abi < 0 ? 0 : (int)abi;
}

static void
allow_reading(int ruleset_fd, const char *path)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
		    LANDLOCK_ACCESS_FS_EXECUTE, /* mmap of a library for running; execve is seccomp's */
	};
	cleanup(fd_closep) int fd = open(path, O_PATH | O_CLOEXEC);
	struct stat st;

	/* What is not there needs no rule. */
	if (fd == -1 || fstat(fd, &st) == -1)
		return;
	/* The kernel refuses rights of folders on anything else. */
	if (!S_ISDIR(st.st_mode))
		rule.allowed_access &= ~(uint64_t)LANDLOCK_ACCESS_FS_READ_DIR;
	rule.parent_fd = fd;
	syscall(SYS_landlock_add_rule, ruleset_fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

static bool
landlock(enum confine_kind kind)
{
	static const char *const readable[] = { "/etc", "/usr", "/lib", "/lib64",
		"/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager/resolv.conf",
		"/dev/null", "/dev/urandom" };
	int abi = confine_landlock_abi();
	struct ruleset rules = { .fs = (UINT64_C(1) << 13) - 1 };
	cleanup(fd_closep) int fd = -1;

	if (abi == 0)
		return true;
	rules.fs |= abi >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0;
	rules.fs |= abi >= 3 ? FS_TRUNCATE : 0;
	rules.fs |= abi >= 5 ? FS_IOCTL_DEV : 0;
	rules.net = abi >= 4 ? NET_BIND_TCP : 0;
	fd = (int)syscall(SYS_landlock_create_ruleset, &rules, abi >= 4 ? sizeof(rules) : 8, 0);
	if (fd == -1)
		return false;
	for (size_t i = 0; kind == CONFINE_NETWORK && i < ARRAY_LEN(readable); i++)
		allow_reading(fd, readable[i]);
	return syscall(SYS_landlock_restrict_self, fd, 0) == 0;
}

static bool
limit(int what, rlim_t value)
{
	struct rlimit now, wanted = { value, value };

	if (getrlimit(what, &now) == -1)
		return false;
	if (now.rlim_max != RLIM_INFINITY && now.rlim_max < value)
		wanted.rlim_cur = wanted.rlim_max = now.rlim_max;
	return setrlimit(what, &wanted) == 0;
}

static bool
rlimits(enum confine_kind kind, const struct confine_limits *limits)
{
	return limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, limits->file_bytes) &&
	    limit(RLIMIT_NOFILE, kind == CONFINE_NETWORK ? 256 : 64) &&
	    limit(RLIMIT_CPU, (rlim_t)limits->cpu_s) &&
	    (UNDER_ASAN || limit(RLIMIT_AS, limits->memory_bytes));
}

#define RULE(action, name, ...) \
	(seccomp_rule_add(ctx, action, SCMP_SYS(name), __VA_ARGS__) == 0)

/* Memory may be had, but none that is both made here and run. */
static bool
memory_rules(scmp_filter_ctx ctx)
{
	return RULE(SCMP_ACT_ALLOW, mmap, 1, SCMP_A2(SCMP_CMP_MASKED_EQ, 4 /* PROT_EXEC */, 0)) &&
	    RULE(SCMP_ACT_ALLOW, mprotect, 1, SCMP_A2(SCMP_CMP_MASKED_EQ, 4, 0));
}

static bool
descriptor_rules(scmp_filter_ctx ctx)
{
	static const int allowed[] = { SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64),
		SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(lseek), SCMP_SYS(fstat),
		SCMP_SYS(close), SCMP_SYS(dup), SCMP_SYS(munmap), SCMP_SYS(mremap),
		SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(futex), SCMP_SYS(poll),
		SCMP_SYS(ppoll), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
		SCMP_SYS(time), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
		SCMP_SYS(getrandom), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(tgkill),
		SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
		SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall), SCMP_SYS(sched_yield),
		SCMP_SYS(exit), SCMP_SYS(exit_group) };
	static const int refused[] = { SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(openat2),
		SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx),
		SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink),
		SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(ioctl), SCMP_SYS(fcntl),
		SCMP_SYS(uname), SCMP_SYS(sysinfo), SCMP_SYS(getrlimit), SCMP_SYS(prlimit64),
		SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid),
		SCMP_SYS(socket), SCMP_SYS(prctl), SCMP_SYS(sched_getaffinity) };

	for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
		if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0) != 0)
			return false;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		if (seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), refused[i], 0) != 0)
			return false;
	return memory_rules(ctx);
}

static bool
handed_rules(scmp_filter_ctx ctx)
{
	return descriptor_rules(ctx) && RULE(SCMP_ACT_ALLOW, recvmsg, 0) &&
	    RULE(SCMP_ACT_ALLOW, fadvise64, 0);
}

/*
 * The resolver may load modules and TLS read many files, so this one names
 * what is forbidden; Landlock, where the kernel has it, says which files.
 */
static bool
network_rules(scmp_filter_ctx ctx)
{
	static const int deadly[] = { SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork),
		SCMP_SYS(vfork), SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
		SCMP_SYS(process_vm_writev), SCMP_SYS(kcmp), SCMP_SYS(pidfd_getfd),
		SCMP_SYS(listen), SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(mount),
		SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(unshare),
		SCMP_SYS(setns), SCMP_SYS(open_by_handle_at), SCMP_SYS(init_module),
		SCMP_SYS(finit_module), SCMP_SYS(delete_module), SCMP_SYS(kexec_load), SCMP_SYS(bpf),
		SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(io_uring_setup),
		SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(reboot),
		SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(settimeofday), SCMP_SYS(clock_settime),
		SCMP_SYS(memfd_create), SCMP_SYS(personality), SCMP_SYS(setuid), SCMP_SYS(setgid) };
	static const int refused[] = { SCMP_SYS(openat2), SCMP_SYS(creat), SCMP_SYS(truncate),
		SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(rename), SCMP_SYS(renameat),
		SCMP_SYS(renameat2), SCMP_SYS(link), SCMP_SYS(linkat), SCMP_SYS(symlink),
		SCMP_SYS(symlinkat), SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(rmdir),
		SCMP_SYS(mknod), SCMP_SYS(mknodat), SCMP_SYS(chmod), SCMP_SYS(fchmodat),
		SCMP_SYS(fchmod), SCMP_SYS(chown), SCMP_SYS(lchown), SCMP_SYS(fchown),
		SCMP_SYS(fchownat), SCMP_SYS(utimensat), SCMP_SYS(setxattr), SCMP_SYS(kill),
		SCMP_SYS(tkill), SCMP_SYS(rt_sigqueueinfo), SCMP_SYS(pidfd_send_signal) };
	static const uint64_t writing[] = { O_WRONLY, O_RDWR };

	for (size_t i = 0; i < ARRAY_LEN(deadly); i++)
		if (seccomp_rule_add(ctx, SCMP_ACT_KILL_PROCESS, deadly[i], 0) != 0)
			return false;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		if (seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), refused[i], 0) != 0)
			return false;
	for (size_t i = 0; i < ARRAY_LEN(writing); i++)
		if (!RULE(SCMP_ACT_ERRNO(EPERM), open, 1,
			SCMP_A1(SCMP_CMP_MASKED_EQ, O_ACCMODE, writing[i])) ||
		    !RULE(SCMP_ACT_ERRNO(EPERM), openat, 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE, writing[i])))
			return false;
	/* Threads are made with CLONE_VM (0x100); a process of its own is not. glibc then
	 * falls back from clone3, whose flags lie in memory and cannot be looked at. */
	return RULE(SCMP_ACT_ERRNO(ENOSYS), clone3, 0) &&
	    RULE(SCMP_ACT_KILL_PROCESS, clone, 1, SCMP_A0(SCMP_CMP_MASKED_EQ, 0x100, 0));
}

static bool
seccomp(enum confine_kind kind)
{
	bool strict = kind != CONFINE_NETWORK;
	scmp_filter_ctx ctx = seccomp_init(strict ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ALLOW);
	bool ok;

	if (ctx == NULL)
		return false;
	ok = (kind == CONFINE_HANDED ? handed_rules(ctx) : strict ? descriptor_rules(ctx) :
	    network_rules(ctx)) && seccomp_load(ctx) == 0;
	seccomp_release(ctx);
	return ok;
}

int
confine(enum confine_kind kind, const struct confine_limits *limits, struct err *err)
{
	const char *what = NULL;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		what = "no_new_privs";
	else if (!landlock(kind))
		what = "landlock";
	else if (!rlimits(kind, limits))
		what = "rlimit";
	else if (!seccomp(kind))
		what = "seccomp";
	if (what == NULL)
		return 0;
	return err_fail(err, ERR_IO, "err.confine", NULL, "what", what, NULL, NULL);
}
