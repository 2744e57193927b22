// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/metrics/process_figures.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace tipwatch {

ProcessFigures ProcessFigures::now()
{
    ProcessFigures figures;
    rusage usage{};
    if (::getrusage(RUSAGE_SELF, &usage) == 0) {
        const auto seconds = [](const timeval &t) {
            return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
        };
        figures.cpuSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    }
    const std::int64_t page = ::sysconf(_SC_PAGESIZE);
    std::int64_t size = 0, resident = 0;
    if (std::ifstream("/proc/self/statm") >> size >> resident) {
        figures.virtualBytes = size * page;
        figures.residentBytes = resident * page;
    }
    if (DIR *descriptors = ::opendir("/proc/self/fd")) {
        while (const dirent *entry = ::readdir(descriptors))
            figures.openDescriptors += entry->d_name[0] != '.';
        --figures.openDescriptors; // the one of this list
        ::closedir(descriptors);
    }
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
        figures.maxDescriptors = static_cast<std::int64_t>(limit.rlim_cur);
    struct stat self {};
    if (::stat("/proc/self", &self) == 0)
        figures.startedAt = static_cast<double>(self.st_ctim.tv_sec) + static_cast<double>(self.st_ctim.tv_nsec) / 1e9;
    return figures;
}

} // namespace tipwatch
