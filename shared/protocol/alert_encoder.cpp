// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/protocol/alert_encoder.h"

namespace tipwatch {

void encode(ValueWriter &out, const Alert &alert)
{
    out.beginObject();
    out.member("id", alert.id).member("rule", alert.rule).member("type", alert.type);
    out.member("severity", severityName(alert.severity));
    out.member("title", alert.title).member("text", alert.text).key("subject");
    alert.subject.empty() ? out.null() : out.value(alert.subject);
    out.member("lasts", alert.lasts).member("active", alert.isActive()).member("raisedAt", alert.raisedAt).key("clearedAt");
    alert.clearedAt == 0 ? out.null() : out.value(alert.clearedAt);
    out.endObject();
}

void encode(ValueWriter &out, const SharedList<AlertPtr> &alerts)
{
    out.beginArray();
    for (const AlertPtr &alert : alerts)
        encode(out, *alert);
    out.endArray();
}

} // namespace tipwatch
