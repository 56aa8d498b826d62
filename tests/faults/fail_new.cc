// Preloaded into the daemon (LD_PRELOAD): where a thread has read a request that says helo_name=fail-N.example, the
// N-th memory that it asks for from then on cannot be had, once.
#include <dlfcn.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <new>
#include <string_view>

namespace {

thread_local long left = 0;  // until the one that fails; 0: none

void* Take(std::size_t size) {
  if (left > 0 && --left == 0) return nullptr;
  return std::malloc(size == 0 ? 1 : size);
}

void LookForOrder(std::string_view text) {
  constexpr std::string_view kOrder = "helo_name=fail-";
  const std::size_t at = text.find(kOrder);
  left = at == std::string_view::npos ? 0 : std::atol(text.data() + at + kOrder.size());
}

}  // namespace

void* operator new(std::size_t size) {
  if (void* memory = Take(size)) return memory;
  throw std::bad_alloc();
}
void* operator new[](std::size_t size) {
  return operator new(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return Take(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

extern "C" ssize_t recv(int fd, void* bytes, std::size_t size, int flags) {
  using Real = ssize_t (*)(int, void*, std::size_t, int);
  static const Real real = reinterpret_cast<Real>(dlsym(RTLD_NEXT, "recv"));
  const ssize_t count = real(fd, bytes, size, flags);
  if (count > 0) LookForOrder({static_cast<const char*>(bytes), static_cast<std::size_t>(count)});
  return count;
}
