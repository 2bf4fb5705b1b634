/* SPDX-License-Identifier: Apache-2.0 */
/* version.h: the version people see. */
#pragma once

#define KHIEN_VERSION "0.1.0"
