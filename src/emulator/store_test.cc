#include "src/emulator/store.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <random>
#include <thread>

#include "src/base/scratch_folder.h"
#include "src/emulator/handles.h"
#include "src/emulator/invariants.h"
#include "src/emulator/mig_change.h"
#include "src/emulator/slots.h"
#include "src/emulator/test_node.h"

namespace sectile::emulator {
namespace {

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    const auto node = build_node(node_of("a100-40gb", 2)).value();
    const Status created = Store::create(path(), *node);
    EXPECT_TRUE(created) << created.error().message;
  }
  std::string path() const { return folder_.path(); }
  std::string file() const { return path() + "/node.state"; }
  ErrorCode open_error() const {
    const Result<Store> store = Store::open(path());
    return store ? ErrorCode::kNotRestored : store.error().code;
  }
  void corrupt(std::streamoff at, std::string_view bytes) const {
    std::fstream stream(file(), std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(at);
    stream << bytes;
  }

  ScratchFolder folder_;
};

std::uint32_t last_generation(Store& store) {
  std::uint32_t value = 0;
  store.read([&](const Node& node) {
    value = node.last_generation;
    return NVML_SUCCESS;
  });
  return value;
}

nvmlReturn_t count_up(Node& node) {
  ++node.last_generation;
  return NVML_SUCCESS;
}

TEST_F(StoreTest, KeepsWhatSucceededAndNothingElse) {
  Store store = Store::open(path()).value();
  EXPECT_EQ(store.write(count_up), NVML_SUCCESS);
  EXPECT_EQ(last_generation(store), 1U);
  EXPECT_EQ(store.write([](Node& node) {
    ++node.last_generation;
    return NVML_ERROR_IN_USE;
  }),
            NVML_ERROR_IN_USE);
  EXPECT_EQ(store.write_and_discard(count_up), NVML_SUCCESS);
  EXPECT_EQ(last_generation(store), 1U);
  EXPECT_EQ(store.write(count_up), NVML_SUCCESS);
  EXPECT_EQ(last_generation(store), 2U);
}

TEST_F(StoreTest, NeverKeepsAnInconsistentNode) {
  Store store = Store::open(path()).value();
  EXPECT_EQ(store.write([](Node& node) {
    node.gpus.items[0].instances[1].exists = 1;
    return NVML_SUCCESS;
  }),
            NVML_ERROR_UNKNOWN);
  store.read([](const Node& node) {
    EXPECT_TRUE(consistent(node));
    return NVML_SUCCESS;
  });
}

TEST_F(StoreTest, IsSharedAndOutlivesItsWriter) {
  {
    Store store = Store::open(path()).value();
    store.write(count_up);
  }
  Store other = Store::open(path()).value();
  EXPECT_EQ(last_generation(other), 1U);
  Store moved = std::move(other);
  EXPECT_EQ(moved.write(count_up), NVML_SUCCESS);
  EXPECT_EQ(last_generation(moved), 2U);
}

TEST_F(StoreTest, IsCreatedOnce) {
  const auto node = build_node(node_of("a30-24gb")).value();
  const Status again = Store::create(path(), *node);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kFailed);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path()),
                          std::filesystem::directory_iterator()),
            1)
      << "no draft is left behind";
}

TEST_F(StoreTest, SaysWhatIsWrongWithAFile) {
  EXPECT_EQ(Store::open("/nonexistent/sectile").error().code, ErrorCode::kUnavailable);
  corrupt(8, std::string(4, '\x7F'));  // The schema.
  EXPECT_EQ(open_error(), ErrorCode::kStale);
  corrupt(0, "garbage!");
  EXPECT_EQ(open_error(), ErrorCode::kFailed);
  std::filesystem::resize_file(file(), 3);
  EXPECT_EQ(open_error(), ErrorCode::kFailed);
  std::filesystem::resize_file(file(), 0);
  EXPECT_EQ(open_error(), ErrorCode::kFailed);
}

TEST_F(StoreTest, RefusesATruncatedFile) {
  std::filesystem::resize_file(file(), std::filesystem::file_size(file()) - 1);
  EXPECT_EQ(open_error(), ErrorCode::kFailed);
}

TEST_F(StoreTest, SurvivesAnyGarbageInTheNode) {
  const auto size = std::filesystem::file_size(file());
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    std::string bytes(16, '\0');
    std::ranges::generate(bytes, [&] { return static_cast<char>(random()); });
    // Behind the header, whose damage is the tests' above.
    corrupt(static_cast<std::streamoff>(24 + random() % (size - 64)), bytes);
    const Result<Store> store = Store::open(path());
    EXPECT_TRUE(store || store.error().code == ErrorCode::kFailed);
  }
}

TEST_F(StoreTest, ThreadsTakeTurns) {
  Store store = Store::open(path()).value();
  std::vector<std::jthread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 100; ++n) {
        store.write(count_up);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(last_generation(store), 400U);
}

TEST_F(StoreTest, AForkedChildHasALockOfItsOwn) {
  Store store = Store::open(path()).value();
  store.write(count_up);
  const pid_t child = ::fork();
  if (child == 0) {
    const bool done = store.write(count_up) == NVML_SUCCESS && last_generation(store) == 2;
    ::_exit(done ? 0 : 1);
  }
  int status = 1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(last_generation(store), 2U);
}

// A child that was forked and does nothing must not keep a lock that its dead parent held.
TEST_F(StoreTest, AnIdleChildOfAKilledHolderLeavesNoLock) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t holder = ::fork();
  if (holder == 0) {
    Store store = Store::open(path()).value();
    const pid_t idle = ::fork();
    if (idle == 0) {
      ::pause();
    }
    store.write([&](Node&) {
      const bool told = ::write(pipe[1], &idle, sizeof idle) == sizeof idle;
      ::raise(SIGKILL);
      return told ? NVML_SUCCESS : NVML_ERROR_UNKNOWN;
    });
  }
  pid_t idle = 0;
  ASSERT_EQ(::read(pipe[0], &idle, sizeof idle), static_cast<ssize_t>(sizeof idle));
  ::waitpid(holder, nullptr, 0);
  ::close(pipe[0]);
  ::close(pipe[1]);
  Store store = Store::open(path()).value();
  ::alarm(30);  // Instead of waiting for ever.
  EXPECT_EQ(store.write(count_up), NVML_SUCCESS);
  ::alarm(0);
  ::kill(idle, SIGKILL);
}

// Creates or destroys something at random, for ever.
[[noreturn]] void mutate(const std::string& path, unsigned seed) {
  Store store = Store::open(path).value();
  std::mt19937 random(seed);
  while (true) {
    store.write([&](Node& node) {
      const auto gpu = static_cast<std::uint32_t>(random() % 2);
      const auto gi = static_cast<std::uint32_t>(random() % kTreeIds);
      if (node.gpus.items[gpu].instances[gi].exists != 0) {
        return destroy_instance(node, gpu, gi);
      }
      std::uint32_t created = 0;
      return create_instance(node, gpu, static_cast<std::uint32_t>(random() % 7), std::nullopt,
                             created);
    });
  }
}

TEST_F(StoreTest, AKilledWriterCorruptsNothingAndLeavesNoLock) {
  std::mt19937 random(7);
  std::uint32_t before = 0;
  Store store = Store::open(path()).value();
  for (int round = 0; round < 25; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      mutate(path(), static_cast<unsigned>(random()) + static_cast<unsigned>(round));
    }
    // Long enough to begin, at no particular point: what is asserted holds at every one.
    for (int waits = 0;
         waits < 1000 && last_generation(store) <= before + static_cast<std::uint32_t>(round) % 7;
         ++waits) {
      std::this_thread::yield();
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ASSERT_EQ(store.read([](const Node& node) {
      EXPECT_EQ(defect_of(node), "");
      return NVML_SUCCESS;
    }),
              NVML_SUCCESS);
    before = last_generation(store);
  }
  EXPECT_GT(before, 0U);
}

// Every point of a transaction at which the process can die, one after the other.
TEST_F(StoreTest, DeathInsideAChangeKeepsTheOldState) {
  Store store = Store::open(path()).value();
  const pid_t child = ::fork();
  if (child == 0) {
    store.write([](Node& node) {
      node.gpus.items[0] = {};
      node.last_generation = 77;
      ::raise(SIGKILL);
      return NVML_SUCCESS;
    });
  }
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(last_generation(store), 0U);
  EXPECT_EQ(store.write(count_up), NVML_SUCCESS);
  EXPECT_EQ(last_generation(store), 1U);
}

}  // namespace
}  // namespace sectile::emulator
