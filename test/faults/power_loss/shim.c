/* Records what a program does to the files below POWER_LOSS_FOLDER into POWER_LOSS_LOG, in order.
 *
 * Preloaded (LD_PRELOAD) between a program and the C library. A record is, in the machine's own order
 * of bytes: kind (1), length of the path (2), inode (8), offset (8), length of the data (4), the path,
 * the data. Writes are recorded before they are made, syncs after they are done: what a record of a
 * sync says is true at every point after it. For rename the data is the new path.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;
static char folder[PATH_MAX];

__attribute__((constructor)) static void begin(void)
{
    const char *log = getenv("POWER_LOSS_LOG"), *below = getenv("POWER_LOSS_FOLDER");
    if (log && below && realpath(below, folder))
        log_fd = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT, 0600);
}

static int is_ours(const char *path)
{
    return log_fd >= 0 && strncmp(path, folder, strlen(folder)) == 0;
}

static void put(const void *data, size_t length)
{
    if (syscall(SYS_write, log_fd, data, length) != (long)length)
        abort();
}

static void record(char kind, const char *path, uint64_t inode, uint64_t offset, const void *data,
                   uint32_t length)
{
    unsigned char head[23];
    uint16_t path_length = strlen(path);
    head[0] = kind;
    memcpy(head + 1, &path_length, 2);
    memcpy(head + 3, &inode, 8);
    memcpy(head + 11, &offset, 8);
    memcpy(head + 19, &length, 4);
    pthread_mutex_lock(&lock);
    put(head, sizeof head);
    put(path, path_length);
    if (length)
        put(data, length);
    pthread_mutex_unlock(&lock);
}

static int find(int fd, char *path, struct stat *about)
{
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(name, path, PATH_MAX - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return is_ours(path) && fstat(fd, about) == 0;
}

static void record_fd(char kind, int fd, uint64_t offset, const void *data, uint32_t length)
{
    char path[PATH_MAX];
    struct stat about;
    if (log_fd >= 0 && find(fd, path, &about))
        record(kind, path, about.st_ino, offset, data, length);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *data, size_t length)
{
    struct stat about;
    char path[PATH_MAX];
    if (log_fd >= 0 && fd != log_fd && find(fd, path, &about)) {
        off_t at = (fcntl(fd, F_GETFL) & O_APPEND) ? about.st_size : lseek(fd, 0, SEEK_CUR);
        record('w', path, about.st_ino, at, data, length);
    }
    return REAL(write)(fd, data, length);
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset)
{
    record_fd('w', fd, offset, data, length);
    return REAL(pwrite)(fd, data, length, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset)
{
    record_fd('w', fd, offset, data, length);
    return REAL(pwrite64)(fd, data, length, offset);
}

int ftruncate(int fd, off_t length)
{
    record_fd('t', fd, length, NULL, 0);
    return REAL(ftruncate)(fd, length);
}

int ftruncate64(int fd, off64_t length)
{
    record_fd('t', fd, length, NULL, 0);
    return REAL(ftruncate64)(fd, length);
}

int fsync(int fd)
{
    int result = REAL(fsync)(fd);
    if (result == 0)
        record_fd('s', fd, 0, NULL, 0);
    return result;
}

int fdatasync(int fd)
{
    int result = REAL(fdatasync)(fd);
    if (result == 0)
        record_fd('s', fd, 0, NULL, 0);
    return result;
}

int rename(const char *from, const char *to)
{
    if (is_ours(from))
        record('r', from, 0, 0, to, strlen(to));
    return REAL(rename)(from, to);
}

int unlink(const char *path)
{
    if (is_ours(path))
        record('u', path, 0, 0, NULL, 0);
    return REAL(unlink)(path);
}
