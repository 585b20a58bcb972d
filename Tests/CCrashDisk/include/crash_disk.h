#ifndef SLIPWAY_CRASH_DISK_H
#define SLIPWAY_CRASH_DISK_H

#include <stdint.h>

// A disk in memory, for SQLite, that can write down everything that happens to it and show what a crash at any of
// those moments could leave behind. Files are named "/<id>/<name>"; SQLite knows it as the file system "crash".

typedef struct crash_disk crash_disk;
typedef struct crash_cursor crash_cursor;

/// What a crash leaves of what was written since the last sync.
enum crash_kind {
    crash_kill = 0,     // everything: the process died, the machine did not
    crash_lost = 1,     // nothing
    crash_torn = 2,     // everything but the last write, of which some sectors
    crash_dropped = 3,  // any subset of the writes
    crash_shuffled = 4, // any subset of the sectors of the writes, which is what any order of them can leave
    crash_kinds = 5
};

/// An empty disk; `records` says whether it writes down what happens to it.
crash_disk *crash_disk_make(int records);
void crash_disk_free(crash_disk *disk);
/// The first part of the names of its files.
int64_t crash_disk_id(const crash_disk *disk);
/// Writes down, among the writes, that something was promised to somebody.
void crash_disk_mark(crash_disk *disk, int32_t kind, int64_t value);
/// How much has been written down: writes, syncs, truncations, deletions and marks.
int64_t crash_disk_count(crash_disk *disk);
/// How many of those are syncs.
int64_t crash_disk_syncs(crash_disk *disk);

/// A walk over what a disk wrote down, from before the first entry on. The disk must not change meanwhile.
crash_cursor *crash_cursor_make(const crash_disk *recorded);
void crash_cursor_free(crash_cursor *cursor);
/// Goes past one more entry; 0 at the end.
int crash_cursor_step(crash_cursor *cursor);
/// The highest value of the marks of a kind that were passed; 0 when none was.
int64_t crash_cursor_mark(const crash_cursor *cursor, int32_t kind);
/// Whether the entry just passed was a write, a truncation or a deletion.
int crash_cursor_is_change(const crash_cursor *cursor);
/// How many changes have not been synced.
int64_t crash_cursor_pending(const crash_cursor *cursor);
/// A disk as a crash at this moment could leave it.
crash_disk *crash_cursor_image(const crash_cursor *cursor, int kind, uint64_t seed);

#endif
