// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace tipwatch::test {

/// The client's end of a TCP connection, blocking, with nothing in between: it may send any bytes and reads only when told to.
class RawClient {
public:
    /// A frame of the server. opcode 0x100 says that the server closed its side, 0x101 that the connection was reset, 0x102 that nothing
    /// came in time.
    struct Frame {
        unsigned opcode = 0;
        std::string payload;
        bool isDeflated = false; ///< RSV1

        bool isEnd() const { return opcode >= 0x100; }
        /// Of a close frame; 0 if it has none or is none.
        unsigned closeCode() const
        {
            return opcode == 8 && payload.size() >= 2
                       ? static_cast<unsigned>(static_cast<std::uint8_t>(payload[0])) << 8 | static_cast<std::uint8_t>(payload[1])
                       : 0;
        }
    };
    static constexpr unsigned closed = 0x100, reset = 0x101, silent = 0x102;

    /// Takes over @p fd.
    explicit RawClient(int fd);
    /// Connects to a port of 127.0.0.1. @p receiveBuffer: bytes the kernel keeps for us unread; 0: its own choice.
    static RawClient connectTo(std::uint16_t port, int receiveBuffer = 0);
    /// Two ends of one TCP connection over the loopback: ours, and the server's descriptor.
    static std::pair<RawClient, int> pair(int receiveBuffer = 0);

    ~RawClient();
    RawClient(RawClient &&other) noexcept;
    RawClient &operator=(RawClient &&) = delete;

    bool send(std::string_view bytes);
    /// Patience for each read. Milliseconds.
    void setPatience(int ms);

    /// Up to and with @p end; what came if the connection ends first.
    std::string readUntil(std::string_view end);
    /// All until the server closes.
    std::string readAll();
    Frame readFrame();
    /// Next frame that is no ping.
    Frame readMessage();

    /// Sends an upgrade request and reads the 101.
    std::string upgrade(const std::string &path = "/ws", const std::string &extraFields = {});

    int fd() const { return m_fd; }
    void hangUp();

private:
    bool fill();

    int m_fd;
    std::string m_buffer;
    unsigned m_end = 0; ///< how the connection ended
};

} // namespace tipwatch::test
