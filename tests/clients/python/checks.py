"""The semantics of NVML's MIG calls as a Python program meets them, and that Sectile sees the same.

Runs inside `sectile emulate`. Usage: checks.py SECTILE
"""
import ctypes
import json
import os
import signal
import subprocess
import sys
import unittest

import pynvml as nv

SECTILE = sys.argv.pop(1)
HOPPER_OR_LATER = 9


def placement(start, size):
    return ctypes.byref(nv.c_nvmlGpuInstancePlacement_t(start, size))


def possible_placements(device, profile_id):
    count = ctypes.c_uint(0)
    nv.nvmlDeviceGetGpuInstancePossiblePlacements(device, profile_id, None, ctypes.byref(count))
    found = (nv.c_nvmlGpuInstancePlacement_t * count.value)()
    nv.nvmlDeviceGetGpuInstancePossiblePlacements(device, profile_id, found, ctypes.byref(count))
    return [(each.start, each.size) for each in found[: count.value]]


def instances(device, profile_id, room=8):
    count = ctypes.c_uint(room)
    found = (nv.c_nvmlGpuInstance_t * room)()
    nv.nvmlDeviceGetGpuInstances(device, profile_id, found, ctypes.byref(count))
    return list(found[: count.value])


def profiles(device):
    found = []
    for index in range(nv.NVML_GPU_INSTANCE_PROFILE_COUNT):
        try:
            found.append((index, nv.nvmlDeviceGetGpuInstanceProfileInfo(device, index, version=2)))
        except nv.NVMLError_NotSupported:
            pass
    return found


def sectile_sees():
    output = subprocess.run([SECTILE, "show", "-o", "json"], check=True, capture_output=True)
    return json.loads(output.stdout)["gpus"]


class Client(unittest.TestCase):
    def setUp(self):
        nv.nvmlInit()
        self.device = nv.nvmlDeviceGetHandleByIndex(0)
        self.addCleanup(nv.nvmlShutdown)

    def fails(self, error, call, *arguments):
        with self.assertRaises(error):
            call(*arguments)

    def enable(self):
        nv.nvmlDeviceSetMigMode(self.device, 1)
        if nv.nvmlDeviceGetMigMode(self.device) != [1, 1]:  # Ampere: pending until a reset.
            uuid = nv.nvmlDeviceGetUUID(self.device)
            subprocess.run(["nvidia-smi", "-r", "-i", uuid], check=True, capture_output=True)
        self.assertEqual(nv.nvmlDeviceGetMigMode(self.device), [1, 1])

    def clear(self):
        for _, info in profiles(self.device):
            for instance in instances(self.device, info.id):
                for index in range(nv.NVML_COMPUTE_INSTANCE_PROFILE_COUNT):
                    self.destroy_compute(instance, index)
                nv.nvmlGpuInstanceDestroy(instance)

    def destroy_compute(self, instance, index):
        try:
            info = nv.nvmlGpuInstanceGetComputeInstanceProfileInfo(instance, index, 0)
        except (nv.NVMLError_NotSupported, nv.NVMLError_InvalidArgument):
            return
        count = ctypes.c_uint(8)
        found = (nv.c_nvmlComputeInstance_t * 8)()
        nv.nvmlGpuInstanceGetComputeInstances(instance, info.id, found, ctypes.byref(count))
        for compute in found[: count.value]:
            nv.nvmlComputeInstanceDestroy(compute)

    def create(self, profile, start=None):
        if start is None:
            start, size = possible_placements(self.device, profile.id)[0]
        else:
            size = possible_placements(self.device, profile.id)[0][1]
        return nv.nvmlDeviceCreateGpuInstanceWithPlacement(
            self.device, profile.id, placement(start, size))

    def smallest(self):
        # Plain 1g: NVML_GPU_INSTANCE_PROFILE_1_SLICE.
        return nv.nvmlDeviceGetGpuInstanceProfileInfo(self.device, 0, version=2)


class ModeOff(Client):
    def setUp(self):
        super().setUp()
        if nv.nvmlDeviceGetMigMode(self.device)[0] == 1:
            self.clear()
            nv.nvmlDeviceSetMigMode(self.device, 0)
            uuid = nv.nvmlDeviceGetUUID(self.device)
            if nv.nvmlDeviceGetMigMode(self.device) != [0, 0]:
                subprocess.run(["nvidia-smi", "-r", "-i", uuid], check=True, capture_output=True)

    def test_geometry_is_told_but_instances_are_not(self):
        profile = self.smallest()
        self.assertGreater(len(possible_placements(self.device, profile.id)), 0)
        refused = nv.NVMLError_NotSupported
        self.fails(refused, nv.nvmlDeviceGetGpuInstanceRemainingCapacity, self.device, profile.id)
        self.fails(refused, nv.nvmlDeviceCreateGpuInstance, self.device, profile.id)
        self.fails(refused, instances, self.device, profile.id)
        self.fails(refused, nv.nvmlDeviceGetGpuInstanceById, self.device, 1)
        self.assertEqual(nv.nvmlDeviceGetMaxMigDeviceCount(self.device), 0)
        self.fails(nv.NVMLError_NotFound, nv.nvmlDeviceGetMigDeviceHandleByIndex, self.device, 0)
        self.assertEqual(nv.nvmlDeviceIsMigDeviceHandle(self.device).value, 0)

    def test_mode_change_follows_the_architecture(self):
        immediate = nv.nvmlDeviceGetArchitecture(self.device) >= HOPPER_OR_LATER
        nv.nvmlDeviceSetMigMode(self.device, 1)
        current, pending = nv.nvmlDeviceGetMigMode(self.device)
        self.assertEqual(pending, 1)
        if immediate:  # Ampere: now if the driver could reset an idle GPU, later if not.
            self.assertEqual(current, 1)
        nv.nvmlDeviceSetMigMode(self.device, 0)
        self.assertEqual(nv.nvmlDeviceGetMigMode(self.device), [0, 0])

    def test_bad_arguments_are_named(self):
        self.fails(nv.NVMLError_InvalidArgument, nv.nvmlDeviceSetMigMode, self.device, 2)
        self.fails(nv.NVMLError_InvalidArgument, nv.nvmlDeviceGetGpuInstanceProfileInfo,
                   self.device, nv.NVML_GPU_INSTANCE_PROFILE_COUNT)
        self.fails(nv.NVMLError_InvalidArgument, nv.nvmlDeviceGetHandleByIndex, 99)
        self.fails(nv.NVMLError_NotFound, nv.nvmlDeviceGetHandleByUUID, b"GPU-no-such-thing")


class ModeOn(Client):
    def setUp(self):
        super().setUp()
        self.enable()
        self.clear()
        self.addCleanup(self.clear)

    def test_every_profile_at_every_placement(self):
        for index, profile in profiles(self.device):
            placements = possible_placements(self.device, profile.id)
            self.assertGreaterEqual(profile.instanceCount, 1)
            for start, size in placements:
                instance = self.create(profile, start)
                info = nv.nvmlGpuInstanceGetInfo(instance)
                self.assertEqual((info.profileId, info.placement.start, info.placement.size),
                                 (profile.id, start, size), (index, start))
                self.assertEqual([nv.nvmlGpuInstanceGetInfo(each).id
                                  for each in instances(self.device, profile.id)], [info.id])
                nv.nvmlGpuInstanceDestroy(instance)
            self.assertEqual(instances(self.device, profile.id), [])

    def test_taken_place_misaligned_place_and_unknown_profile(self):
        profile = self.smallest()
        first = possible_placements(self.device, profile.id)[0]
        self.create(profile, first[0])
        create = nv.nvmlDeviceCreateGpuInstanceWithPlacement
        self.fails(nv.NVMLError_InsufficientResources, create, self.device, profile.id,
                   placement(*first))
        self.fails(nv.NVMLError_InvalidArgument, create, self.device, profile.id,
                   placement(99, first[1]))
        self.fails(nv.NVMLError_InvalidArgument, nv.nvmlDeviceCreateGpuInstance, self.device, 99)

    def test_capacity_counts_down_to_refusal(self):
        profile = self.smallest()
        most = nv.nvmlDeviceGetGpuInstanceRemainingCapacity(self.device, profile.id)
        self.assertEqual(most, profile.instanceCount)
        for left in range(most - 1, -1, -1):
            nv.nvmlDeviceCreateGpuInstance(self.device, profile.id)
            self.assertEqual(
                nv.nvmlDeviceGetGpuInstanceRemainingCapacity(self.device, profile.id), left)
        self.fails(nv.NVMLError_InsufficientResources, nv.nvmlDeviceCreateGpuInstance,
                   self.device, profile.id)
        ids = [nv.nvmlGpuInstanceGetInfo(each).id for each in instances(self.device, profile.id)]
        self.assertEqual(ids, sorted(ids))

    def test_mig_devices_come_with_compute_instances(self):
        profile = self.smallest()
        instance = self.create(profile)
        self.fails(nv.NVMLError_NotFound, nv.nvmlDeviceGetMigDeviceHandleByIndex, self.device, 0)
        compute = nv.nvmlGpuInstanceCreateComputeInstance(instance, 0)
        device = nv.nvmlDeviceGetMigDeviceHandleByIndex(self.device, 0)
        uuid = nv.nvmlDeviceGetUUID(device)
        self.assertRegex(uuid, r"^MIG-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        self.assertEqual(nv.nvmlDeviceIsMigDeviceHandle(device).value, 1)
        self.assertEqual(nv.nvmlDeviceGetGpuInstanceId(device),
                         nv.nvmlGpuInstanceGetInfo(instance).id)
        self.assertEqual(nv.nvmlDeviceGetComputeInstanceId(device), 0)
        self.assertEqual(nv.nvmlDeviceGetAttributes_v2(device).memorySizeMB, profile.memorySizeMB)
        self.assertEqual(nv.nvmlDeviceGetMemoryInfo(device).total >> 20, profile.memorySizeMB)
        self.assertIn("MIG 1g.", nv.nvmlDeviceGetName(device))
        again = nv.nvmlDeviceGetHandleByUUID(uuid)
        self.assertEqual(nv.nvmlDeviceGetUUID(again), uuid)
        parent = nv.nvmlDeviceGetDeviceHandleFromMigDeviceHandle(device)
        self.assertEqual(nv.nvmlDeviceGetUUID(parent), nv.nvmlDeviceGetUUID(self.device))
        self.fails(nv.NVMLError_NotSupported, nv.nvmlDeviceGetUtilizationRates, device)
        self.fails(nv.NVMLError_InUse, nv.nvmlGpuInstanceDestroy, instance)
        nv.nvmlComputeInstanceDestroy(compute)
        self.fails(nv.NVMLError, nv.nvmlDeviceGetUUID, device)
        nv.nvmlGpuInstanceDestroy(instance)
        self.fails(nv.NVMLError_InvalidArgument, nv.nvmlGpuInstanceGetInfo, instance)

    def test_same_slot_same_uuid(self):
        seen = set()
        for _ in range(2):
            instance = self.create(self.smallest())
            nv.nvmlGpuInstanceCreateComputeInstance(instance, 0)
            seen.add(nv.nvmlDeviceGetUUID(
                nv.nvmlDeviceGetMigDeviceHandleByIndex(self.device, 0)))
            self.clear()
        self.assertEqual(len(seen), 1)

    def test_compute_instances_share_a_gpu_instance(self):
        two = nv.nvmlDeviceGetGpuInstanceProfileInfo(self.device, 1, version=2)  # Plain 2g.
        instance = self.create(two)
        nv.nvmlGpuInstanceCreateComputeInstance(instance, 0)
        nv.nvmlGpuInstanceCreateComputeInstance(instance, 0)
        self.fails(nv.NVMLError_InsufficientResources, nv.nvmlGpuInstanceCreateComputeInstance,
                   instance, 0)
        names = [nv.nvmlDeviceGetName(nv.nvmlDeviceGetMigDeviceHandleByIndex(self.device, index))
                 for index in range(2)]
        self.assertTrue(all("MIG 1c.2g." in name for name in names), names)

    def test_sectile_reads_what_this_client_made(self):
        made = set()
        for _, profile in profiles(self.device):
            if profile.sliceCount == 2 and "+" not in profile.name and "-" not in profile.name[4:]:
                made.add((profile.id, nv.nvmlGpuInstanceGetInfo(self.create(profile)).placement.start))
                break
        gpu = sectile_sees()[0]
        self.assertEqual(gpu["uuid"], nv.nvmlDeviceGetUUID(self.device))
        self.assertEqual({(each["profile_id"], each["start"])
                          for each in gpu["instances"]}, made)

    def test_events_tell_of_changes(self):
        events = nv.nvmlEventSetCreate()
        self.addCleanup(nv.nvmlEventSetFree, events)
        nv.nvmlDeviceRegisterEvents(self.device, 0x100, events)
        self.create(self.smallest())
        self.assertEqual(nv.nvmlEventSetWait_v2(events, 1000).eventType, 0x100)
        self.fails(nv.NVMLError_Timeout, nv.nvmlEventSetWait_v2, events, 10)


@unittest.skipUnless(os.geteuid() == 0, "becoming another user takes root")
class Unprivileged(Client):
    def test_changes_need_root_and_reading_does_not(self):
        self.enable()
        self.clear()
        self.create(self.smallest())
        self.addCleanup(self.clear)
        child = os.fork()
        if child == 0:
            os.setuid(65534)
            os._exit(self.as_nobody())
        _, status = os.waitpid(child, 0)
        self.assertEqual(status, 0)

    def as_nobody(self):
        try:
            nv.nvmlInit()
            device = nv.nvmlDeviceGetHandleByIndex(0)
            profile = nv.nvmlDeviceGetGpuInstanceProfileInfo(device, 0, version=2)
            for call in (lambda: nv.nvmlDeviceSetMigMode(device, 0),
                         lambda: nv.nvmlDeviceCreateGpuInstance(device, profile.id),
                         lambda: instances(device, profile.id)):
                try:
                    call()
                    return 1
                except nv.NVMLError_NoPermission:
                    pass
            return 0
        except BaseException as error:  # The child must not run the parent's tests.
            print("as nobody:", repr(error), file=sys.stderr)
            return 2


if __name__ == "__main__":
    signal.alarm(120)
    unittest.main(verbosity=2)
