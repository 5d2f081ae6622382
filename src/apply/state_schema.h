// What is in the state file, as SQL. docs/formats/state.md explains it.
#pragma once

#include <cstdint>

namespace sectile {

// "Sctl": how `file` and we tell this database from others.
inline constexpr std::int64_t kStateApplicationId = 0x5363746C;
inline constexpr std::int64_t kStateSchema = 1;

inline constexpr const char* kStateTables[] = {
    "PRAGMA application_id = 1399026796",
    "CREATE TABLE change ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " kind TEXT NOT NULL,"
    " undoes INTEGER,"  // The change that this one takes back.
    " state TEXT NOT NULL,"
    " boot TEXT NOT NULL,"  // The kernel's boot id: instances do not outlive it.
    " uid INTEGER NOT NULL,"
    " user TEXT NOT NULL,"
    " sudo_user TEXT NOT NULL,"
    " pid INTEGER NOT NULL,"
    " process_start INTEGER NOT NULL,"
    " command TEXT NOT NULL,"
    " started INTEGER NOT NULL,"  // Milliseconds since 1970, UTC.
    " finished INTEGER,"
    " message TEXT NOT NULL DEFAULT '',"
    " before_image TEXT NOT NULL,"
    " target_image TEXT NOT NULL,"
    " after_image TEXT"
    ") STRICT",
    "CREATE TABLE step ("
    " change INTEGER NOT NULL REFERENCES change(id),"
    " number INTEGER NOT NULL,"
    " purpose TEXT NOT NULL,"  // forward, undo or repair.
    " gpu TEXT NOT NULL,"
    " action TEXT NOT NULL,"
    " what TEXT NOT NULL,"
    " intended INTEGER NOT NULL,"
    " ended INTEGER,"  // NULL: the outcome is not known.
    " failure TEXT,"   // NULL: it succeeded, if it ended.
    " PRIMARY KEY (change, number)"
    ") STRICT",
    "CREATE TABLE planned ("
    " change INTEGER NOT NULL REFERENCES change(id),"
    " number INTEGER NOT NULL,"
    " gpu TEXT NOT NULL,"
    " action TEXT NOT NULL,"
    " what TEXT NOT NULL,"
    " PRIMARY KEY (change, number)"
    ") STRICT",
    "CREATE TABLE document ("
    " name TEXT PRIMARY KEY,"
    " text TEXT NOT NULL,"
    " written INTEGER NOT NULL"
    ") STRICT",
    "PRAGMA user_version = 1",
};

}  // namespace sectile
