package daemon

import "golang.org/x/sys/unix"

// diskFree returns how many bytes slamon may still write where path lies.
func diskFree(path string) (int64, bool) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true // their types differ between systems
}
