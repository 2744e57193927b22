// SPDX-License-Identifier: GPL-3.0-or-later
// The configuration file.
#include "shared/config/config_loader.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

using namespace tipwatch;

namespace {

/// A file without a place on the disk.
struct MemoryFile {
    const int fd = ::memfd_create("tipwatch.toml", MFD_CLOEXEC);

    std::string hold(std::string_view content) const
    {
        if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, content.data(), content.size(), 0) != static_cast<ssize_t>(content.size()))
            std::abort();
        return "/proc/self/fd/" + std::to_string(fd);
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static const MemoryFile file;
    const auto loaded = loadConfig({{"--config", file.hold({reinterpret_cast<const char *>(data), size})}, {}});
    if (!loaded && (loaded.error().message.empty() || loaded.error().message.find('\n') != std::string::npos)) // one line
        std::abort();
    return 0;
}
