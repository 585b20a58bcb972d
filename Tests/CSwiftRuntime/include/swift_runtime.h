#pragma once

/// Where the Swift runtime hands every job that no executor of its own has taken: `swift_task_enqueueGlobal_hook` of
/// ABI/Executor.h. By name, so that the linker finds it in a runtime that is linked statically too.
void slipway_set_enqueue_hook(void *hook);
