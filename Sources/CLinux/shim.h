#ifndef SLIPWAY_CLINUX_SHIM_H
#define SLIPWAY_CLINUX_SHIM_H

// What glibc's Swift module lacks. The functions are declared by hand instead of through
// _GNU_SOURCE: defining that in one C module only makes `fd_set` differ between modules.

#include <spawn.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/syscall.h>
#include <unistd.h>

// prctl(2) is variadic in glibc's header; Swift cannot call variadic functions.
extern int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d);

// pipe2(2)
extern int pipe2(int ends[2], int flags);

// posix_spawn_file_actions_addclosefrom_np(3), glibc 2.34
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

// posix_spawn_file_actions_addchdir_np(3), glibc 2.29
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);

// pidfd_open(2), Linux 5.3: glibc has it from 2.36 on only, and syscall(2) is variadic.
static inline int slipway_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

// POSIX_SPAWN_SETSID is behind _GNU_SOURCE: <spawn.h>, glibc 2.26
static inline short slipway_posix_spawn_setsid(void) { return 0x80; }

// struct ucred of unix(7), behind _GNU_SOURCE in <sys/socket.h>
struct slipway_ucred { pid_t pid; uid_t uid; gid_t gid; };

// mallopt(3) and M_ARENA_MAX, which glibc's Swift module does not export.
extern int mallopt(int parameter, int value);
static inline int slipway_m_arena_max(void) { return -8; }

// PR_SET_DUMPABLE, PR_SET_NAME of prctl(2): macros, given here as constants.
static inline int slipway_pr_set_dumpable(void) { return 4; }
static inline int slipway_pr_set_name(void) { return 15; }

#endif
