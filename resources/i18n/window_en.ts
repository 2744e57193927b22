<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<!-- SPDX-License-Identifier: GPL-3.0-or-later -->
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>tipwatch::StatusModel</name>
    <message numerus="yes">
        <source>%Ln peer(s)</source>
        <translation><numerusform>%Ln peer</numerusform><numerusform>%Ln peers</numerusform></translation>
    </message>
</context>
<context>
    <name>tipwatch::GatewayModel</name>
    <message numerus="yes">
        <source>%Ln client(s)</source>
        <translation><numerusform>%Ln client</numerusform><numerusform>%Ln clients</numerusform></translation>
    </message>
</context>
<context>
    <name>tipwatch::TipModel</name>
    <message numerus="yes">
        <source>%Ln block(s)</source>
        <translation><numerusform>%Ln block</numerusform><numerusform>%Ln blocks</numerusform></translation>
    </message>
</context>
<context>
    <name>tipwatch::BlocksModel</name>
    <message numerus="yes">
        <source>%Ln tx</source>
        <translation><numerusform>%Ln tx</numerusform><numerusform>%Ln tx</numerusform></translation>
    </message>
</context>
<context>
    <name>tipwatch::NextBlockModel</name>
    <message numerus="yes">
        <source>%Ln tx</source>
        <translation><numerusform>%Ln tx</numerusform><numerusform>%Ln tx</numerusform></translation>
    </message>
</context>
<context>
    <name>tipwatch::ProjectedBlocksModel</name>
    <message numerus="yes">
        <source>%Ln tx</source>
        <translation><numerusform>%Ln tx</numerusform><numerusform>%Ln tx</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%Ln block(s)</source>
        <translation><numerusform>%Ln block</numerusform><numerusform>%Ln blocks</numerusform></translation>
    </message>
</context>
<context>
    <name>tipwatch::TransactionFeedModel</name>
    <message numerus="yes">
        <source>%Ln tx</source>
        <translation><numerusform>%Ln tx</numerusform><numerusform>%Ln tx</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%Ln block(s) replaced</source>
        <translation><numerusform>%Ln block replaced</numerusform><numerusform>%Ln blocks replaced</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%Ln block(s) replaced above %1</source>
        <translation><numerusform>%Ln block replaced above %1</numerusform><numerusform>%Ln blocks replaced above %1</numerusform></translation>
    </message>
</context>
</TS>
