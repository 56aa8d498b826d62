// Preloaded into the daemon (LD_PRELOAD): while the file that $FAIL_IO names is there, the next write of an LMDB head
// to records/ fails with EIO, as a disk's would, and the file is removed.
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr size_t kHead = 120;  // what LMDB writes of it

bool IsOfRecords(int fd) {
  char link[64];
  char path[1024] = {};
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  return readlink(link, path, sizeof path - 1) > 0 && std::strstr(path, "/records/data.mdb") != nullptr;
}

bool Fails(int fd, size_t size) {
  const char* order = std::getenv("FAIL_IO");
  return size == kHead && order && IsOfRecords(fd) && unlink(order) == 0;
}

ssize_t Write(const char* name, int fd, const void* bytes, size_t size, off_t at) {
  if (Fails(fd, size)) {
    errno = EIO;
    return -1;
  }
  using Real = ssize_t (*)(int, const void*, size_t, off_t);
  return reinterpret_cast<Real>(dlsym(RTLD_NEXT, name))(fd, bytes, size, at);
}

}  // namespace

extern "C" ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  return Write("pwrite", fd, bytes, size, at);
}

extern "C" ssize_t pwrite64(int fd, const void* bytes, size_t size, off_t at) {
  return Write("pwrite64", fd, bytes, size, at);
}
