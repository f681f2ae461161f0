/* Steps the wall clock of one process, and of nothing else: preload it, and write the number of
 * seconds into the file that STEP_CLOCK_FILE names, as one native long. Only what reads the real
 * time is changed; the steady clock, and the machine's clock, are not touched. Waits until a moment
 * of the stepped clock are turned back into the kernel's, which knows of no step. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile long none = 0;
static volatile long *step = &none;

__attribute__((constructor)) static void map_step(void) {
    const char *path = getenv("STEP_CLOCK_FILE");
    int file = path ? open(path, O_RDONLY) : -1;
    if (file < 0)
        return;
    void *mapped = mmap(NULL, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (mapped != MAP_FAILED)
        step = mapped;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int result = (int)syscall(SYS_clock_gettime, clock, now);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += *step;
    return result;
}

int gettimeofday(struct timeval *now, void *zone) {
    struct timespec precise;
    (void)zone;
    int result = clock_gettime(CLOCK_REALTIME, &precise);
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return result;
}

time_t time(time_t *into) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (into)
        *into = now.tv_sec;
    return now.tv_sec;
}

static struct timespec kernel_time(const struct timespec *stepped) {
    struct timespec moment = *stepped;
    moment.tv_sec -= *step;
    return moment;
}

typedef int (*cond_wait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);

int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                           const struct timespec *until) {
    static cond_wait wait;
    if (!wait) /* without its version the loader may give the one of old condition variables */
        wait = (cond_wait)dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
    if (!wait)
        wait = (cond_wait)dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    struct timespec moment = kernel_time(until);
    return wait(cond, mutex, &moment);
}

typedef int (*sem_wait_until)(sem_t *, const struct timespec *);

int sem_timedwait(sem_t *semaphore, const struct timespec *until) {
    static sem_wait_until wait;
    if (!wait)
        wait = (sem_wait_until)dlsym(RTLD_NEXT, "sem_timedwait");
    struct timespec moment = kernel_time(until);
    return wait(semaphore, &moment);
}
