#include "swift_runtime.h"

extern void *swift_task_enqueueGlobal_hook;

void slipway_set_enqueue_hook(void *hook) { swift_task_enqueueGlobal_hook = hook; }
