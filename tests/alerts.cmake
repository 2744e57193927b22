# SPDX-License-Identifier: GPL-3.0-or-later
tipwatch_test(NAME test_rule_text SOURCES unit/config/test_rule_text.cpp LIBS tipwatch_shared)
tipwatch_test(NAME test_rules SOURCES unit/alerts/test_rules.cpp unit/alerts/rule_bench.h LIBS tipwatch_alerts)
tipwatch_test(NAME test_alert_desk SOURCES unit/alerts/test_alert_desk.cpp LIBS tipwatch_alerts)
tipwatch_test(NAME test_alert_delivery SOURCES unit/alerts/test_alert_delivery.cpp unit/alerts/http_sink.cpp unit/alerts/http_sink.h
    support/loopback_address.cpp LIBS tipwatch_alerts)
tipwatch_test(NAME alerts_regtest SOURCES regtest/alerts_regtest.cpp LIBS tipwatch_alerts tipwatch_regtest)
