#include "crash_disk.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { file_limit = 4, region_limit = 64, mark_limit = 8, sector = 512, name_limit = 64 };

typedef struct {
    unsigned char *bytes;
    int64_t size, room;
} content;

typedef struct {
    char name[name_limit];
    int exists;
    content data;
    void *regions[region_limit];
} node;

enum entry_kind { entry_write, entry_truncate, entry_delete, entry_sync, entry_mark };

typedef struct {
    enum entry_kind kind;
    int file;
    int64_t offset, length;
    unsigned char *bytes;
    int syncs_names; // a sync: of the directory, too
    int32_t mark;
    int64_t value;
} entry;

struct crash_disk {
    int64_t id;
    int records;
    node files[file_limit];
    entry *log;
    int64_t count, room, syncs;
    pthread_mutex_t lock;
    crash_disk *next;
};

struct crash_cursor {
    const crash_disk *recorded;
    int64_t next;
    content durable[file_limit], current[file_limit];
    int durably_exists[file_limit], exists[file_limit];
    int64_t synced[file_limit]; // the entry after the file's last sync
    int64_t marks[mark_limit];
    int64_t pending;
    int is_change;
};

static pthread_mutex_t disks_lock = PTHREAD_MUTEX_INITIALIZER;
static crash_disk *disks;
static int64_t last_id;

static void *must(void *memory) {
    if (!memory) abort();
    return memory;
}

static void content_write(content *to, const unsigned char *bytes, int64_t offset, int64_t length) {
    int64_t end = offset + length;
    if (end > to->room) {
        int64_t room = to->room ? to->room : 65536;
        while (room < end) room *= 2;
        to->bytes = must(realloc(to->bytes, (size_t)room));
        to->room = room;
    }
    if (offset > to->size) memset(to->bytes + to->size, 0, (size_t)(offset - to->size));
    memcpy(to->bytes + offset, bytes, (size_t)length);
    if (end > to->size) to->size = end;
}

static void content_truncate(content *to, int64_t size) {
    if (size > to->size) {
        static const unsigned char zero = 0;
        content_write(to, &zero, size - 1, 1);
    }
    to->size = size;
}

static void content_copy(content *to, const content *from) {
    to->size = 0;
    if (from->size > 0) content_write(to, from->bytes, 0, from->size);
}

// the disk

static void install(void);

crash_disk *crash_disk_make(int records) {
    install();
    crash_disk *disk = must(calloc(1, sizeof *disk));
    disk->records = records;
    pthread_mutex_init(&disk->lock, NULL);
    pthread_mutex_lock(&disks_lock);
    disk->id = ++last_id;
    disk->next = disks;
    disks = disk;
    pthread_mutex_unlock(&disks_lock);
    return disk;
}

void crash_disk_free(crash_disk *disk) {
    pthread_mutex_lock(&disks_lock);
    for (crash_disk **at = &disks; *at; at = &(*at)->next) {
        if (*at == disk) {
            *at = disk->next;
            break;
        }
    }
    pthread_mutex_unlock(&disks_lock);
    for (int i = 0; i < file_limit; i++) {
        free(disk->files[i].data.bytes);
        for (int r = 0; r < region_limit; r++) free(disk->files[i].regions[r]);
    }
    for (int64_t i = 0; i < disk->count; i++) free(disk->log[i].bytes);
    free(disk->log);
    pthread_mutex_destroy(&disk->lock);
    free(disk);
}

int64_t crash_disk_id(const crash_disk *disk) { return disk->id; }

static crash_disk *disk_of(const char *path, const char **name) {
    char *end;
    if (path[0] != '/') return NULL;
    int64_t id = strtoll(path + 1, &end, 10);
    if (*end != '/') return NULL;
    *name = end + 1;
    pthread_mutex_lock(&disks_lock);
    crash_disk *found = disks;
    while (found && found->id != id) found = found->next;
    pthread_mutex_unlock(&disks_lock);
    return found;
}

static int file_of(crash_disk *disk, const char *name, int makes) {
    for (int i = 0; i < file_limit; i++) {
        if (strcmp(disk->files[i].name, name) == 0) return i;
    }
    if (!makes || strlen(name) >= name_limit) return -1;
    for (int i = 0; i < file_limit; i++) {
        if (disk->files[i].name[0] == 0) {
            strcpy(disk->files[i].name, name);
            return i;
        }
    }
    return -1;
}

static void note(crash_disk *disk, entry new, const void *bytes) {
    if (!disk->records) return;
    if (bytes) {
        new.bytes = must(malloc((size_t)new.length));
        memcpy(new.bytes, bytes, (size_t)new.length);
    }
    pthread_mutex_lock(&disk->lock);
    if (disk->count == disk->room) {
        disk->room = disk->room ? disk->room * 2 : 1024;
        disk->log = must(realloc(disk->log, (size_t)disk->room * sizeof *disk->log));
    }
    disk->log[disk->count++] = new;
    disk->syncs += new.kind == entry_sync;
    pthread_mutex_unlock(&disk->lock);
}

void crash_disk_mark(crash_disk *disk, int32_t kind, int64_t value) {
    note(disk, (entry){.kind = entry_mark, .mark = kind, .value = value}, NULL);
}

int64_t crash_disk_count(crash_disk *disk) {
    pthread_mutex_lock(&disk->lock);
    int64_t count = disk->count;
    pthread_mutex_unlock(&disk->lock);
    return count;
}

int64_t crash_disk_syncs(crash_disk *disk) {
    pthread_mutex_lock(&disk->lock);
    int64_t count = disk->syncs;
    pthread_mutex_unlock(&disk->lock);
    return count;
}

// the walk

crash_cursor *crash_cursor_make(const crash_disk *recorded) {
    crash_cursor *cursor = must(calloc(1, sizeof *cursor));
    cursor->recorded = recorded;
    return cursor;
}

void crash_cursor_free(crash_cursor *cursor) {
    for (int i = 0; i < file_limit; i++) {
        free(cursor->durable[i].bytes);
        free(cursor->current[i].bytes);
    }
    free(cursor);
}

static void apply(content *to, int *exists, const entry *what) {
    switch (what->kind) {
    case entry_write:
        content_write(to, what->bytes, what->offset, what->length);
        *exists = 1;
        break;
    case entry_truncate:
        content_truncate(to, what->length);
        *exists = 1;
        break;
    case entry_delete:
        to->size = 0;
        *exists = 0;
        break;
    default: break;
    }
}

static void settle(crash_cursor *cursor, int file, int64_t until) {
    for (int64_t i = cursor->synced[file]; i < until; i++) {
        const entry *done = &cursor->recorded->log[i];
        cursor->pending -= done->file == file && done->kind <= entry_delete;
    }
    cursor->synced[file] = until;
}

/// Deletions up to here will not be taken back.
static void settle_names(crash_cursor *cursor) {
    for (int64_t i = cursor->next - 1; i >= 0; i--) {
        const entry *done = &cursor->recorded->log[i];
        if (done->kind != entry_delete || i < cursor->synced[done->file]) continue;
        cursor->durable[done->file].size = 0;
        cursor->durably_exists[done->file] = 0;
        settle(cursor, done->file, i + 1);
    }
}

int crash_cursor_step(crash_cursor *cursor) {
    if (cursor->next >= cursor->recorded->count) return 0;
    const entry *what = &cursor->recorded->log[cursor->next++];
    cursor->is_change = what->kind != entry_sync && what->kind != entry_mark;
    if (what->kind == entry_mark) {
        if (what->value > cursor->marks[what->mark]) cursor->marks[what->mark] = what->value;
        return 1;
    }
    int file = what->file;
    if (what->kind == entry_sync) {
        content_copy(&cursor->durable[file], &cursor->current[file]);
        cursor->durably_exists[file] = cursor->exists[file];
        settle(cursor, file, cursor->next);
        if (what->syncs_names) settle_names(cursor);
    } else {
        apply(&cursor->current[file], &cursor->exists[file], what);
        cursor->pending++;
    }
    return 1;
}

int64_t crash_cursor_mark(const crash_cursor *cursor, int32_t kind) { return cursor->marks[kind]; }
int crash_cursor_is_change(const crash_cursor *cursor) { return cursor->is_change; }
int64_t crash_cursor_pending(const crash_cursor *cursor) { return cursor->pending; }

static uint64_t draw(uint64_t *state) { // splitmix64
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void apply_some(content *to, int *exists, const entry *what, uint64_t *state, int leading) {
    if (what->kind != entry_write) {
        if (draw(state) & 1) apply(to, exists, what);
        return;
    }
    int64_t first = what->offset / sector, last = (what->offset + what->length - 1) / sector;
    int64_t kept = leading ? (int64_t)(draw(state) % (uint64_t)(last - first + 1)) : 0;
    for (int64_t s = first; s <= last; s++) {
        if (leading ? s - first >= kept : !(draw(state) & 1)) continue;
        int64_t from = s * sector < what->offset ? what->offset : s * sector;
        int64_t end = what->offset + what->length, to_end = (s + 1) * sector < end ? (s + 1) * sector : end;
        content_write(to, what->bytes + (from - what->offset), from, to_end - from);
        *exists = 1;
    }
}

crash_disk *crash_cursor_image(const crash_cursor *cursor, int kind, uint64_t seed) {
    crash_disk *image = crash_disk_make(0);
    uint64_t state = seed;
    for (int i = 0; i < file_limit; i++) {
        node *file = &image->files[i];
        strcpy(file->name, cursor->recorded->files[i].name);
        if (kind == crash_kill) {
            file->exists = cursor->exists[i];
            content_copy(&file->data, &cursor->current[i]);
            continue;
        }
        file->exists = cursor->durably_exists[i];
        content_copy(&file->data, &cursor->durable[i]);
    }
    if (kind == crash_kill || kind == crash_lost) return image;
    for (int64_t at = 0; at < cursor->next; at++) {
        const entry *what = &cursor->recorded->log[at];
        if (what->kind > entry_delete || at < cursor->synced[what->file]) continue;
        node *file = &image->files[what->file];
        switch (kind) {
        case crash_torn:
            if (at == cursor->next - 1)
                apply_some(&file->data, &file->exists, what, &state, 1);
            else
                apply(&file->data, &file->exists, what);
            break;
        case crash_dropped:
            if (draw(&state) & 1) apply(&file->data, &file->exists, what);
            break;
        default: apply_some(&file->data, &file->exists, what, &state, 0);
        }
    }
    return image;
}

// SQLite's file system (https://www.sqlite.org/vfs.html); it behaves as the one for Unix does, less the locks:
// a disk is opened by one connection at a time.

typedef struct {
    sqlite3_file base;
    crash_disk *disk; // NULL: a temporary file
    int file;
    int syncs_names; // the next sync: as the one for Unix does with a log or journal that was just opened
    content own;
} handle;

static content *data_of(handle *file) { return file->disk ? &file->disk->files[file->file].data : &file->own; }

static int x_close(sqlite3_file *base) {
    free(((handle *)base)->own.bytes);
    return SQLITE_OK;
}

static int x_read(sqlite3_file *base, void *to, int length, sqlite3_int64 offset) {
    const content *data = data_of((handle *)base);
    int64_t there = data->size - offset;
    if (there >= length) {
        memcpy(to, data->bytes + offset, (size_t)length);
        return SQLITE_OK;
    }
    memset(to, 0, (size_t)length);
    if (there > 0) memcpy(to, data->bytes + offset, (size_t)there);
    return SQLITE_IOERR_SHORT_READ;
}

static int x_write(sqlite3_file *base, const void *from, int length, sqlite3_int64 offset) {
    handle *file = (handle *)base;
    content_write(data_of(file), from, offset, length);
    if (file->disk)
        note(file->disk, (entry){.kind = entry_write, .file = file->file, .offset = offset, .length = length}, from);
    return SQLITE_OK;
}

static int x_truncate(sqlite3_file *base, sqlite3_int64 size) {
    handle *file = (handle *)base;
    content_truncate(data_of(file), size);
    if (file->disk) note(file->disk, (entry){.kind = entry_truncate, .file = file->file, .length = size}, NULL);
    return SQLITE_OK;
}

static int x_sync(sqlite3_file *base, int flags) {
    handle *file = (handle *)base;
    (void)flags;
    if (file->disk)
        note(file->disk,
             (entry){.kind = entry_sync, .file = file->file, .syncs_names = file->syncs_names}, NULL);
    file->syncs_names = 0;
    return SQLITE_OK;
}

static int x_size(sqlite3_file *base, sqlite3_int64 *size) {
    *size = data_of((handle *)base)->size;
    return SQLITE_OK;
}

static int x_lock(sqlite3_file *base, int level) {
    (void)base, (void)level;
    return SQLITE_OK;
}

static int x_is_reserved(sqlite3_file *base, int *result) {
    (void)base;
    *result = 0;
    return SQLITE_OK;
}

static int x_control(sqlite3_file *base, int what, void *argument) {
    (void)base, (void)what, (void)argument;
    return SQLITE_NOTFOUND;
}

static int x_sector_size(sqlite3_file *base) {
    (void)base;
    return 4096;
}

static int x_characteristics(sqlite3_file *base) {
    (void)base;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int x_shm_map(sqlite3_file *base, int region, int size, int extends, void volatile **memory) {
    handle *file = (handle *)base;
    if (!file->disk || region >= region_limit) return SQLITE_IOERR_SHMMAP;
    void **there = &file->disk->files[file->file].regions[region];
    if (!*there && extends) *there = must(calloc(1, (size_t)size));
    *memory = *there;
    return SQLITE_OK;
}

static int x_shm_lock(sqlite3_file *base, int offset, int count, int flags) {
    (void)base, (void)offset, (void)count, (void)flags;
    return SQLITE_OK;
}

static void x_shm_barrier(sqlite3_file *base) {
    (void)base;
    __sync_synchronize();
}

static int x_shm_unmap(sqlite3_file *base, int deletes) {
    handle *file = (handle *)base;
    if (file->disk && deletes) {
        for (int r = 0; r < region_limit; r++) {
            free(file->disk->files[file->file].regions[r]);
            file->disk->files[file->file].regions[r] = NULL;
        }
    }
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = x_close,
    .xRead = x_read,
    .xWrite = x_write,
    .xTruncate = x_truncate,
    .xSync = x_sync,
    .xFileSize = x_size,
    .xLock = x_lock,
    .xUnlock = x_lock,
    .xCheckReservedLock = x_is_reserved,
    .xFileControl = x_control,
    .xSectorSize = x_sector_size,
    .xDeviceCharacteristics = x_characteristics,
    .xShmMap = x_shm_map,
    .xShmLock = x_shm_lock,
    .xShmBarrier = x_shm_barrier,
    .xShmUnmap = x_shm_unmap,
};

static int x_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags, int *out) {
    handle *file = (handle *)base;
    (void)vfs;
    memset(file, 0, sizeof *file);
    if (path) {
        const char *name = NULL;
        crash_disk *disk = disk_of(path, &name);
        int index = disk ? file_of(disk, name, flags & SQLITE_OPEN_CREATE) : -1;
        if (index < 0) return SQLITE_CANTOPEN;
        node *found = &disk->files[index];
        if (!found->exists && !(flags & SQLITE_OPEN_CREATE)) return SQLITE_CANTOPEN;
        found->exists = 1;
        file->disk = disk;
        file->file = index;
        file->syncs_names = (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL)) != 0;
    }
    file->base.pMethods = &methods;
    if (out) *out = flags;
    return SQLITE_OK;
}

static int x_delete(sqlite3_vfs *vfs, const char *path, int syncs) {
    const char *name = NULL;
    (void)vfs;
    crash_disk *disk = disk_of(path, &name);
    int file = disk ? file_of(disk, name, 0) : -1;
    if (file < 0 || !disk->files[file].exists) return SQLITE_IOERR_DELETE_NOENT;
    disk->files[file].exists = 0;
    disk->files[file].data.size = 0;
    note(disk, (entry){.kind = entry_delete, .file = file}, NULL);
    if (syncs) note(disk, (entry){.kind = entry_sync, .file = file}, NULL);
    return SQLITE_OK;
}

static int x_access(sqlite3_vfs *vfs, const char *path, int flags, int *result) {
    const char *name = NULL;
    (void)vfs;
    crash_disk *disk = disk_of(path, &name);
    int file = disk ? file_of(disk, name, 0) : -1;
    int exists = file >= 0 && disk->files[file].exists;
    // As unixAccess: an empty file does not count as one that exists.
    *result = exists && (flags != SQLITE_ACCESS_EXISTS || disk->files[file].data.size > 0);
    return SQLITE_OK;
}

static int x_full_path(sqlite3_vfs *vfs, const char *path, int limit, char *to) {
    (void)vfs;
    snprintf(to, (size_t)limit, "%s", path);
    return SQLITE_OK;
}

static sqlite3_vfs *usual;

static int x_randomness(sqlite3_vfs *vfs, int length, char *to) {
    (void)vfs;
    return usual->xRandomness(usual, length, to);
}

static int x_sleep(sqlite3_vfs *vfs, int microseconds) {
    (void)vfs;
    return usual->xSleep(usual, microseconds);
}

static int x_time(sqlite3_vfs *vfs, double *now) {
    (void)vfs;
    return usual->xCurrentTime(usual, now);
}

static int x_last_error(sqlite3_vfs *vfs, int length, char *to) {
    (void)vfs, (void)length, (void)to;
    return 0;
}

static sqlite3_vfs crash_vfs = {
    .iVersion = 1,
    .szOsFile = sizeof(handle),
    .mxPathname = 128,
    .zName = "crash",
    .xOpen = x_open,
    .xDelete = x_delete,
    .xAccess = x_access,
    .xFullPathname = x_full_path,
    .xRandomness = x_randomness,
    .xSleep = x_sleep,
    .xCurrentTime = x_time,
    .xGetLastError = x_last_error,
};

static void install_once(void) {
    usual = sqlite3_vfs_find(NULL);
    sqlite3_vfs_register(&crash_vfs, 0);
}

static void install(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, install_once);
}
