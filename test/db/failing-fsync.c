/* Preloaded into a process, lets every n-th fsync and fdatasync fail (FAIL_EVERY=n), as a disk that loses writes does. */
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fails(void) {
  static long every = -1, count;
  if (every < 0) {
    const char *text = getenv("FAIL_EVERY");
    every = text ? atol(text) : 0;
  }
  if (every == 0 || __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED) % every != 0) return 0;
  errno = EIO;
  return 1;
}

int fsync(int fd) { return fails() ? -1 : (int)syscall(SYS_fsync, fd); }
int fdatasync(int fd) { return fails() ? -1 : (int)syscall(SYS_fdatasync, fd); }
