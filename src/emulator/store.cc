#include "src/emulator/store.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <vector>

#include "src/emulator/invariants.h"

namespace sectile::emulator {
namespace {

constexpr std::uint64_t kMagic = 0x454C495443455345;  // "SECTILE" and a salt.
constexpr std::uint32_t kSchemaVersion = 2;           // Of state.h and Image.
constexpr const char* kFileName = "/node.state";
constexpr std::uint64_t kIndexBit = 1;  // Of Image::active.

struct Image {
  std::uint64_t magic;
  std::uint32_t schema;
  std::uint32_t node_size;
  std::uint64_t active;  // Commits so far in the upper bits, the copy in use in the lowest.
  Node copies[2];        // NOLINT(*-avoid-c-arrays): laid out in a file.
};
static_assert(std::is_trivially_copyable_v<Image> && std::is_standard_layout_v<Image>);
static_assert(std::atomic_ref<std::uint64_t>::is_always_lock_free);

Status failed(const std::string& what, const std::string& path) {
  const int error = errno;
  return fail(error == EACCES || error == EPERM ? ErrorCode::kPermission : ErrorCode::kFailed,
              "cannot " + what + " " + path + ": " + std::strerror(error));  // NOLINT(*-mt-unsafe)
}

bool write_all(int fd, const void* data, std::size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t wrote = ::write(fd, at, size);
    if (wrote < 0 && errno == EINTR) {
      continue;
    }
    if (wrote <= 0) {
      return false;
    }
    at += wrote;
    size -= static_cast<std::size_t>(wrote);
  }
  return true;
}

// All stores of the process, so that fork can quiet them. Function-local: used from constructors.
struct Registry {
  std::mutex mutex;
  std::vector<int*> descriptors;  // Those that a forked child must not keep.
};

// Never destroyed: a store may be closed by another static object's destructor.
Registry& registry() {
  static auto& registry = *new Registry;
  return registry;
}

// One transaction at a time in a process, and none while it forks. The kernel's lock is between
// processes only: it belongs to the open file, which threads share.
std::mutex& transaction_mutex() {
  static auto& mutex = *new std::mutex;
  return mutex;
}

void before_fork() {
  transaction_mutex().lock();
  registry().mutex.lock();
}

void after_fork_in_parent() {
  registry().mutex.unlock();
  transaction_mutex().unlock();
}

// A child that kept the open file would keep its parent's lock after the parent's death.
void after_fork_in_child() {
  for (int* descriptor : registry().descriptors) {
    ::close(*descriptor);
    *descriptor = -1;
  }
  after_fork_in_parent();
}

void watch_forks() {
  static const int result =
      ::pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
  static_cast<void>(result);
}

// The kernel's lock on an open file; dropped on destruction, or by the kernel with the process.
class FileLock {
 public:
  FileLock(int fd, int operation) : fd_(fd) {
    while (::flock(fd_, operation) != 0) {
      if (errno != EINTR) {
        fd_ = -1;
        return;
      }
    }
  }
  ~FileLock() {
    if (fd_ >= 0) {
      ::flock(fd_, LOCK_UN);
    }
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  bool held() const { return fd_ >= 0; }

 private:
  int fd_;
};

// Since the process may change its working directory before a child opens the file again.
std::string absolute(const std::string& directory) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(directory.c_str(), nullptr),
                                                         &std::free);
  return real ? real.get() : directory;
}

// What is wrong with an open file that should hold an Image.
Status check_header(int fd, const std::string& path) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) {
    return failed("look at", path);
  }
  constexpr std::size_t kHeaderSize = offsetof(Image, copies);
  Image header{};
  const ssize_t got = ::pread(fd, &header, kHeaderSize, 0);
  if (!S_ISREG(status.st_mode) || got != static_cast<ssize_t>(kHeaderSize) ||
      header.magic != kMagic) {
    return fail(ErrorCode::kFailed, path + " is not the state of an emulated node");
  }
  if (header.schema != kSchemaVersion || header.node_size != sizeof(Node)) {
    return fail(ErrorCode::kStale,
                path + " was written by another version of the emulator (schema " +
                    std::to_string(header.schema) + ", not " + std::to_string(kSchemaVersion) + ")",
                "create the emulated node again");
  }
  if (status.st_size != static_cast<off_t>(sizeof(Image))) {
    return fail(ErrorCode::kFailed, path + " is truncated: " + std::to_string(status.st_size) +
                                        " bytes instead of " + std::to_string(sizeof(Image)));
  }
  return {};
}

}  // namespace

struct Store::File {
  std::string directory;
  std::string path;
  int fd = -1;
  Image* image = nullptr;

  File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    {
      const std::lock_guard lock(registry().mutex);
      std::erase(registry().descriptors, &fd);
    }
    if (image != nullptr) {
      ::munmap(image, sizeof(Image));
    }
    if (fd >= 0) {
      ::close(fd);
    }
  }

  std::atomic_ref<std::uint64_t> active() const { return std::atomic_ref(image->active); }
  std::size_t active_index() const { return active().load(std::memory_order_acquire) & kIndexBit; }
  bool ready() {
    if (fd < 0) {
      fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    }
    return fd >= 0;
  }

  nvmlReturn_t transact(const std::function<nvmlReturn_t(Node&)>& change, bool keep);
};

Status Store::create(const std::string& directory, const Node& node) {
  if (const std::string defect = defect_of(node); !defect.empty()) {
    return fail(ErrorCode::kInvalidArgument, "the node is inconsistent: " + defect);
  }
  if (::mkdir(directory.c_str(), 0777) != 0 && errno != EEXIST) {
    return failed("make directory", directory);
  }
  // Written under another name first, so that nobody ever opens half a file.
  const std::string path = directory + kFileName;
  const std::string draft = path + "." + std::to_string(::getpid());
  const int fd = ::open(draft.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) {
    return failed("create", draft);
  }
  const auto image = std::make_unique<Image>();
  image->magic = kMagic;
  image->schema = kSchemaVersion;
  image->node_size = sizeof(Node);
  image->copies[0] = node;
  image->copies[1] = node;
  // The emulated node is for everybody who may use the directory, whatever the umask.
  const bool done = write_all(fd, image.get(), sizeof(Image)) && ::fchmod(fd, 0666) == 0 &&
                    ::link(draft.c_str(), path.c_str()) == 0;
  Status result;
  if (!done) {
    result = failed("create", path);
  }
  ::close(fd);
  ::unlink(draft.c_str());
  return result;
}

Result<Store> Store::open(const std::string& directory) {
  watch_forks();
  auto file = std::make_unique<File>();
  file->directory = absolute(directory);
  file->path = file->directory + kFileName;
  file->fd = ::open(file->path.c_str(), O_RDWR | O_CLOEXEC);
  if (file->fd < 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return fail(ErrorCode::kUnavailable, "there is no emulated node in " + directory,
                  "create one with sectile emulate");
    }
    return fail(failed("open", file->path));
  }
  if (const Status status = check_header(file->fd, file->path); !status) {
    return fail(status);
  }
  void* mapped = ::mmap(nullptr, sizeof(Image), PROT_READ | PROT_WRITE, MAP_SHARED, file->fd, 0);
  if (mapped == MAP_FAILED) {
    return fail(failed("map", file->path));
  }
  file->image = static_cast<Image*>(mapped);
  // The lock gets an open file of its own: a mapping keeps its open file alive, so a forked child,
  // which inherits the mapping, would keep a lock on it.
  ::close(file->fd);
  file->fd = ::open(file->path.c_str(), O_RDWR | O_CLOEXEC);
  if (file->fd < 0) {
    return fail(failed("open", file->path));
  }
  {
    const std::lock_guard lock(registry().mutex);
    registry().descriptors.push_back(&file->fd);
  }
  Store store(std::move(file));
  std::string defect;
  const nvmlReturn_t looked = store.read([&](const Node& node) {
    defect = defect_of(node);
    return NVML_SUCCESS;
  });
  if (looked != NVML_SUCCESS || !defect.empty()) {
    return fail(ErrorCode::kFailed, store.file_->path + " is damaged: " + defect);
  }
  return store;
}

Store::Store(std::unique_ptr<File> file) : file_(std::move(file)) {}
Store::Store(Store&& other) noexcept = default;
Store& Store::operator=(Store&& other) noexcept = default;
Store::~Store() = default;

const std::string& Store::directory() const {
  return file_->directory;
}

nvmlReturn_t Store::read(const std::function<nvmlReturn_t(const Node&)>& look) {
  const std::lock_guard guard(transaction_mutex());
  if (!file_->ready()) {
    return NVML_ERROR_OPERATING_SYSTEM;
  }
  const FileLock lock(file_->fd, LOCK_SH);
  return lock.held() ? look(file_->image->copies[file_->active_index()])
                     : NVML_ERROR_OPERATING_SYSTEM;
}

nvmlReturn_t Store::File::transact(const std::function<nvmlReturn_t(Node&)>& change, bool keep) {
  const std::lock_guard guard(transaction_mutex());
  if (!ready()) {
    return NVML_ERROR_OPERATING_SYSTEM;
  }
  const FileLock lock(fd, LOCK_EX);
  if (!lock.held()) {
    return NVML_ERROR_OPERATING_SYSTEM;
  }
  const std::uint64_t before = active().load(std::memory_order_acquire);
  Node& draft = image->copies[(before & kIndexBit) ^ kIndexBit];
  draft = image->copies[before & kIndexBit];
  const nvmlReturn_t result = change(draft);
  if (result != NVML_SUCCESS || !keep) {
    return result;
  }
  if (!consistent(draft)) {
    return NVML_ERROR_UNKNOWN;
  }
  // The one instant at which the state changes: adds a commit and flips the index.
  active().store(((before >> 1U) + 1) << 1U | ((before & kIndexBit) ^ kIndexBit),
                 std::memory_order_release);
  return result;
}

nvmlReturn_t Store::write(const std::function<nvmlReturn_t(Node&)>& change) {
  return file_->transact(change, true);
}

nvmlReturn_t Store::write_and_discard(const std::function<nvmlReturn_t(Node&)>& change) {
  return file_->transact(change, false);
}

}  // namespace sectile::emulator
