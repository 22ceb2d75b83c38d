// SPDX-License-Identifier: GPL-2.0-or-later
'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
