// Everything of the NVML C ABI that Sectile defines or calls.
#pragma once

#include "sectile/nvml_abi/base.h"
#include "sectile/nvml_abi/device.h"
#include "sectile/nvml_abi/event.h"
#include "sectile/nvml_abi/field.h"
#include "sectile/nvml_abi/memory.h"
#include "sectile/nvml_abi/mig.h"
#include "sectile/nvml_abi/mode.h"
#include "sectile/nvml_abi/process.h"
#include "sectile/nvml_abi/system.h"
#include "sectile/nvml_abi/telemetry.h"
#include "sectile/nvml_abi/topology.h"
