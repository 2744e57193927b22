// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/gateway/raw_client.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace tipwatch::test {

namespace {

sockaddr_in loopback(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

} // namespace

RawClient::RawClient(int fd) : m_fd(fd)
{
    setPatience(5000);
}

RawClient::RawClient(RawClient &&other) noexcept
    : m_fd(std::exchange(other.m_fd, -1)), m_buffer(std::move(other.m_buffer)), m_end(other.m_end)
{
}

RawClient::~RawClient()
{
    hangUp();
}

void RawClient::hangUp()
{
    if (m_fd >= 0)
        ::close(std::exchange(m_fd, -1));
}

RawClient RawClient::connectTo(std::uint16_t port, int receiveBuffer)
{
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receiveBuffer > 0)
        ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, sizeof receiveBuffer);
    const sockaddr_in address = loopback(port);
    if (::connect(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) {
        ::close(fd);
        return RawClient(-1);
    }
    return RawClient(fd);
}

std::pair<RawClient, int> RawClient::pair(int receiveBuffer)
{
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    ::bind(listener, reinterpret_cast<sockaddr *>(&address), size);
    ::listen(listener, 1);
    ::getsockname(listener, reinterpret_cast<sockaddr *>(&address), &size);
    RawClient client = connectTo(ntohs(address.sin_port), receiveBuffer);
    const int server = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    ::close(listener);
    return {std::move(client), server};
}

void RawClient::setPatience(int ms)
{
    const timeval patience{ms / 1000, ms % 1000 * 1000};
    ::setsockopt(m_fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

bool RawClient::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t sent = ::send(m_fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool RawClient::fill()
{
    std::array<char, 65536> bytes;
    const ssize_t size = ::recv(m_fd, bytes.data(), bytes.size(), 0);
    if (size > 0) {
        m_buffer.append(bytes.data(), static_cast<std::size_t>(size));
        return true;
    }
    m_end = size == 0 ? closed : errno == EAGAIN || errno == EWOULDBLOCK ? silent : reset;
    return false;
}

std::string RawClient::readUntil(std::string_view end)
{
    std::size_t at;
    while ((at = m_buffer.find(end)) == std::string::npos) {
        if (!fill())
            return std::exchange(m_buffer, {});
    }
    const std::string text = m_buffer.substr(0, at + end.size());
    m_buffer.erase(0, at + end.size());
    return text;
}

std::string RawClient::readAll()
{
    while (fill()) {}
    return std::exchange(m_buffer, {});
}

RawClient::Frame RawClient::readFrame()
{
    const auto need = [this](std::size_t size) {
        while (m_buffer.size() < size) {
            if (!fill())
                return false;
        }
        return true;
    };
    const auto byte = [this](std::size_t i) { return static_cast<std::uint64_t>(static_cast<std::uint8_t>(m_buffer[i])); };
    if (!need(2))
        return {m_end, {}, false};
    const std::uint64_t shortLength = byte(1) & 0x7f;
    const std::size_t extended = shortLength == 127 ? 8 : shortLength == 126 ? 2 : 0;
    if (!need(2 + extended))
        return {m_end, {}, false};
    std::uint64_t length = extended == 0 ? shortLength : 0;
    for (std::size_t i = 0; i < extended; ++i)
        length = length << 8 | byte(2 + i);
    if (!need(2 + extended + length))
        return {m_end, {}, false};
    Frame frame{static_cast<unsigned>(byte(0) & 0x0f), m_buffer.substr(2 + extended, length), (byte(0) & 0x40) != 0};
    m_buffer.erase(0, 2 + extended + length);
    return frame;
}

RawClient::Frame RawClient::readMessage()
{
    Frame frame;
    do {
        frame = readFrame();
    } while (frame.opcode == 9);
    return frame;
}

std::string RawClient::upgrade(const std::string &path, const std::string &extraFields)
{
    send("GET " + path +
         " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
         extraFields + "\r\n");
    return readUntil("\r\n\r\n");
}

} // namespace tipwatch::test
