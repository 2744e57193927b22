// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/unix_signals.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace tipwatch {

namespace {

constexpr std::array stopSignals{SIGINT, SIGTERM, SIGHUP};

// A signal handler may touch nothing else.
volatile std::sig_atomic_t wakeDescriptor = -1;
volatile std::sig_atomic_t signalsSeen = 0;

void handleSignal(int signal)
{
    const int before = errno;
    signalsSeen = signalsSeen + 1;
    if (signalsSeen > 1)
        ::_exit(128 + signal);
    const auto number = static_cast<std::uint64_t>(signal);
    [[maybe_unused]] const auto written = ::write(wakeDescriptor, &number, sizeof number);
    errno = before;
}

void handleAlarm(int)
{
    constexpr std::string_view words = "tipwatch: gave up waiting for an orderly end\n";
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, words.data(), words.size());
    ::_exit(EXIT_FAILURE);
}

void setHandler(int signal, void (*handler)(int))
{
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    ::sigaction(signal, &action, nullptr);
}

} // namespace

UnixSignals::UnixSignals(QObject *parent)
    : QObject(parent), m_notifier(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), QSocketNotifier::Read)
{
    wakeDescriptor = static_cast<int>(m_notifier.socket());
    connect(&m_notifier, &QSocketNotifier::activated, this, &UnixSignals::drain);
    for (const int signal : stopSignals)
        setHandler(signal, handleSignal);
    setHandler(SIGPIPE, SIG_IGN);
}

UnixSignals::~UnixSignals()
{
    for (const int signal : stopSignals)
        setHandler(signal, SIG_DFL);
    m_notifier.setEnabled(false);
    ::close(static_cast<int>(m_notifier.socket()));
    wakeDescriptor = -1;
}

void UnixSignals::endProcessAfter(unsigned seconds)
{
    setHandler(SIGALRM, handleAlarm);
    ::alarm(seconds);
}

void UnixSignals::drain()
{
    std::uint64_t number = 0;
    if (::read(static_cast<int>(m_notifier.socket()), &number, sizeof number) == sizeof number)
        Q_EMIT stopRequested(static_cast<int>(number));
}

} // namespace tipwatch
