// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/config/secret_file.h"

#include <QFile>

#include <algorithm>

namespace tipwatch {

namespace {

constexpr qint64 maxSize = 64 * 1024; ///< bytes; keys and chains of certificates have a few thousand

} // namespace

Result<std::string> readSecretFile(const std::string &path)
{
    QFile file(QString::fromStdString(path));
    if (!file.open(QIODevice::ReadOnly))
        return failure(path + ": cannot be read: " + file.errorString().toStdString());
    const QByteArray bytes = file.read(maxSize + 1);
    if (file.error() != QFileDevice::NoError)
        return failure(path + ": cannot be read: " + file.errorString().toStdString());
    if (bytes.size() > maxSize)
        return failure(path + ": is too long to be a key");
    return bytes.toStdString();
}

Result<std::string> readSecretLine(const std::string &path)
{
    auto line = readSecretFile(path);
    if (!line)
        return line;
    line->resize(std::min(line->size(), line->find_first_of("\r\n")));
    if (line->empty())
        return failure(path + ": its first line is empty");
    return line;
}

} // namespace tipwatch
