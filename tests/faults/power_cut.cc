#include "tests/faults/power_cut.h"

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace sectile::faults {
namespace {

constexpr const char* kName = "sectile-power-cut";
constexpr std::size_t kSector = 512;

// A write that is not on the disk for sure; a truncation if `truncates`.
struct Pending {
  std::size_t offset = 0;
  std::string bytes;
  bool truncates = false;

  void apply(std::string& content) const {
    if (truncates) {
      content.resize(offset);
      return;
    }
    content.resize(std::max(content.size(), offset + bytes.size()));
    content.replace(offset, bytes.size(), bytes);
  }
};

struct DiskFile {
  bool durable = false;  // Whether the name is on the disk.
  std::string synced;
  std::vector<Pending> pending;
};

struct Disk {
  sqlite3_vfs vfs{};
  sqlite3_vfs* real = nullptr;
  PowerCut::Hook hook;
  std::map<std::string, DiskFile> files;

  void tell(const char* operation, bool over) const {
    if (hook) {
      hook(operation, over);
    }
  }
};

Disk& disk() {
  static Disk disk;
  return disk;
}

// Followed by the real file.
struct CutFile {
  sqlite3_file base;
  DiskFile* tracked;
};

CutFile& cut_file(sqlite3_file* file) {
  return *reinterpret_cast<CutFile*>(file);
}

sqlite3_file* real_file(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<CutFile*>(file) + 1);
}

std::string content_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

int close_file(sqlite3_file* file) {
  return real_file(file)->pMethods->xClose(real_file(file));
}

int read_file(sqlite3_file* file, void* buffer, int size, sqlite3_int64 offset) {
  return real_file(file)->pMethods->xRead(real_file(file), buffer, size, offset);
}

int write_file(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  disk().tell("write", false);
  const int result = real_file(file)->pMethods->xWrite(real_file(file), bytes, size, offset);
  if (DiskFile* const tracked = cut_file(file).tracked; tracked != nullptr && result == SQLITE_OK) {
    tracked->pending.push_back(
        {.offset = static_cast<std::size_t>(offset),
         .bytes = {static_cast<const char*>(bytes), static_cast<std::size_t>(size)},
         .truncates = false});
  }
  disk().tell("write", true);
  return result;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  disk().tell("truncate", false);
  const int result = real_file(file)->pMethods->xTruncate(real_file(file), size);
  if (DiskFile* const tracked = cut_file(file).tracked; tracked != nullptr && result == SQLITE_OK) {
    tracked->pending.push_back(
        {.offset = static_cast<std::size_t>(size), .bytes = {}, .truncates = true});
  }
  disk().tell("truncate", true);
  return result;
}

int sync_file(sqlite3_file* file, int flags) {
  disk().tell("sync", false);
  const int result = real_file(file)->pMethods->xSync(real_file(file), flags);
  if (DiskFile* const tracked = cut_file(file).tracked; tracked != nullptr && result == SQLITE_OK) {
    for (const Pending& one : std::exchange(tracked->pending, {})) {
      one.apply(tracked->synced);
    }
    tracked->durable = true;
  }
  disk().tell("sync", true);
  return result;
}

int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
  return real_file(file)->pMethods->xFileSize(real_file(file), size);
}

int lock_file(sqlite3_file* file, int level) {
  return real_file(file)->pMethods->xLock(real_file(file), level);
}

int unlock_file(sqlite3_file* file, int level) {
  return real_file(file)->pMethods->xUnlock(real_file(file), level);
}

int check_lock(sqlite3_file* file, int* reserved) {
  return real_file(file)->pMethods->xCheckReservedLock(real_file(file), reserved);
}

int control_file(sqlite3_file* file, int operation, void* argument) {
  return real_file(file)->pMethods->xFileControl(real_file(file), operation, argument);
}

int sector_size(sqlite3_file* file) {
  return real_file(file)->pMethods->xSectorSize(real_file(file));
}

int characteristics(sqlite3_file* file) {
  return real_file(file)->pMethods->xDeviceCharacteristics(real_file(file));
}

const sqlite3_io_methods* methods() {
  static const sqlite3_io_methods methods = [] {
    sqlite3_io_methods made{};
    made.iVersion = 1;
    made.xClose = close_file;
    made.xRead = read_file;
    made.xWrite = write_file;
    made.xTruncate = truncate_file;
    made.xSync = sync_file;
    made.xFileSize = size_of_file;
    made.xLock = lock_file;
    made.xUnlock = unlock_file;
    made.xCheckReservedLock = check_lock;
    made.xFileControl = control_file;
    made.xSectorSize = sector_size;
    made.xDeviceCharacteristics = characteristics;
    return made;
  }();
  return &methods;
}

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  const bool tracked =
      name != nullptr && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
  const bool existed = tracked && ::access(name, F_OK) == 0;
  const int result = disk().real->xOpen(disk().real, name, real_file(file), flags, flags_out);
  file->pMethods = nullptr;
  cut_file(file).tracked = nullptr;
  if (result != SQLITE_OK) {
    return result;
  }
  file->pMethods = methods();
  if (tracked) {
    const auto [entry, added] = disk().files.try_emplace(name);
    if (added || !existed) {
      entry->second = {
          .durable = existed, .synced = existed ? content_of(name) : "", .pending = {}};
    }
    cut_file(file).tracked = &entry->second;
  }
  return result;
}

int delete_file(sqlite3_vfs*, const char* name, int sync_directory) {
  disk().tell("delete", false);
  const int result = disk().real->xDelete(disk().real, name, sync_directory);
  disk().files.erase(name);
  disk().tell("delete", true);
  return result;
}

// What of a pending write is on the disk: all, none, or its first sectors.
Pending part_of(const Pending& one, std::mt19937& random) {
  Pending part = one;
  if (!part.truncates) {
    const std::size_t sectors = (part.bytes.size() + kSector - 1) / kSector;
    part.bytes.resize(std::min(part.bytes.size(), random() % (sectors + 1) * kSector));
  }
  return part;
}

}  // namespace

const char* PowerCut::install() {
  Disk& all = disk();
  if (all.real == nullptr) {
    all.real = sqlite3_vfs_find(nullptr);
    all.vfs = *all.real;
    all.vfs.zName = kName;
    all.vfs.szOsFile = static_cast<int>(sizeof(CutFile)) + all.real->szOsFile;
    all.vfs.xOpen = open_file;
    all.vfs.xDelete = delete_file;
    sqlite3_vfs_register(&all.vfs, 0);
  }
  return kName;
}

void PowerCut::set_hook(Hook hook) {
  disk().hook = std::move(hook);
}

void PowerCut::cut(Loss loss, unsigned seed) {
  std::mt19937 random(seed);
  for (const auto& [path, file] : disk().files) {
    if (!file.durable) {
      ::unlink(path.c_str());
      continue;
    }
    std::string content = file.synced;
    for (const Pending& one : file.pending) {
      if (loss == Loss::kSome && random() % 3 != 0) {
        part_of(one, random).apply(content);
      }
    }
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  }
}

}  // namespace sectile::faults
