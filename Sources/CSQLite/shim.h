#ifndef SLIPWAY_CSQLITE_SHIM_H
#define SLIPWAY_CSQLITE_SHIM_H

#include <sqlite3.h>

// SQLITE_TRANSIENT is a cast of -1 to a function pointer, which Swift does not import.
static inline int slipway_sqlite3_bind_text(sqlite3_stmt *statement, int index, const char *text, int length) {
    return sqlite3_bind_text(statement, index, text, length, SQLITE_TRANSIENT);
}

// The same; a null pointer would bind NULL instead of an empty blob.
static inline int slipway_sqlite3_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int length) {
    return length == 0 ? sqlite3_bind_zeroblob(statement, index, 0)
                       : sqlite3_bind_blob(statement, index, bytes, length, SQLITE_TRANSIENT);
}

// sqlite3_db_config is variadic; Swift cannot call variadic functions.
static inline int slipway_sqlite3_db_config_flag(sqlite3 *database, int option, int value) {
    return sqlite3_db_config(database, option, value, (int *)0);
}

// Extended codes are expressions over other macros, which Swift does not import.
static inline int slipway_sqlite3_ioerr_fsync(void) { return SQLITE_IOERR_FSYNC; }
static inline int slipway_sqlite3_ioerr_dir_fsync(void) { return SQLITE_IOERR_DIR_FSYNC; }

#endif
