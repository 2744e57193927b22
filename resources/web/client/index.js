// SPDX-License-Identifier: GPL-3.0-or-later
export { TipwatchClient } from "./client.js";
export { defaultChannels } from "./channels.js";
export { features } from "./features.js";
export { presets } from "./presets.js";
