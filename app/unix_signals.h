// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSocketNotifier>

namespace tipwatch {

/// Turns SIGINT, SIGTERM and SIGHUP into a Qt signal on its own thread. A second one ends the process at once.
/// At most one object of this kind at a time. Also has the process survive SIGPIPE, as a server must.
class UnixSignals : public QObject {
    Q_OBJECT

public:
    explicit UnixSignals(QObject *parent = nullptr);
    ~UnixSignals() override;

    /// The process ends with an error if it is still there after so many seconds.
    static void endProcessAfter(unsigned seconds);

Q_SIGNALS:
    void stopRequested(int signal);

private:
    void drain();

    QSocketNotifier m_notifier;
};

} // namespace tipwatch
