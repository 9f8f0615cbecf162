"""Any connector behind HTTP, so that desktops can sync from where the systems are."""
