package snmp

import (
	"strings"

	"github.com/slamon/slamon/device"
)

// Columns and types of hrStorageTable (HOST-RESOURCES-MIB, RFC 2790).
const (
	hrStorageType  = ".1.3.6.1.2.1.25.2.3.1.2"
	hrStorageDescr = ".1.3.6.1.2.1.25.2.3.1.3"
	hrStorageUnits = ".1.3.6.1.2.1.25.2.3.1.4"
	hrStorageSize  = ".1.3.6.1.2.1.25.2.3.1.5"
	hrStorageUsed  = ".1.3.6.1.2.1.25.2.3.1.6"

	hrStorageFixedDisk   = ".1.3.6.1.2.1.25.2.1.4"
	hrStorageNetworkDisk = ".1.3.6.1.2.1.25.2.1.10"
)

// maxVolumes is how many volumes of a device are read. A host full of containers
// has hundreds of mounts, which DefaultStorageExclude leaves out.
const maxVolumes = 256

// volume is one row of hrStorageTable.
type volume struct {
	key, descr, kind string
	units            uint64
}

// volumes reads the descriptions of all rows.
func (w *planner) volumes() ([]volume, error) {
	keys, descr, err := w.rows(hrStorageDescr, "")
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	_, kinds, err := w.rows(hrStorageType, "")
	if err != nil {
		return nil, err
	}
	_, units, err := w.rows(hrStorageUnits, "")
	if err != nil {
		return nil, err
	}
	all := make([]volume, 0, len(keys))
	for _, key := range keys {
		unit, void := units[key].count()
		if void != device.NotVoid || unit == 0 {
			unit = 1
		}
		all = append(all, volume{key, mount(descr[key].label()), kinds[key].text, unit})
	}
	return all, nil
}

// mount shortens Windows' "C:\ Label:System  Serial Number 1234abcd": the label
// changes, and the history would be lost with it.
func mount(descr string) string {
	if len(descr) > 3 && descr[1:3] == `:\` && strings.HasPrefix(descr[3:], " Label:") {
		return descr[:3]
	}
	return descr
}

func (w *planner) storage([]value) error {
	if !w.dev.Wanted.Storage || !w.plan.profile.Storage {
		return nil
	}
	all, err := w.volumes()
	if err != nil {
		return err
	}
	var chosen []volume
	var keys []string
	for _, vol := range all {
		disk := vol.kind == hrStorageFixedDisk || vol.kind == hrStorageNetworkDisk
		if !disk || vol.descr == "" || w.dev.Wanted.StorageExclude.MatchString(vol.descr) {
			continue
		}
		if len(chosen) == maxVolumes {
			w.note("more volumes than are read; narrow them by the exclusion")
			break
		}
		chosen, keys = append(chosen, vol), append(keys, vol.key)
	}
	byKey := make(map[string]string)
	for _, vol := range chosen {
		byKey[vol.key] = vol.descr
	}
	names := unique(keys, func(key string) string { return byKey[key] }, nil)
	for i, vol := range chosen {
		w.volume(vol, names[i])
	}
	return nil
}

func (w *planner) volume(vol volume, name string) {
	used := w.plan.want(hrStorageUsed+"."+vol.key, "mount "+name)
	size := w.plan.want(hrStorageSize+"."+vol.key, "mount "+name)
	w.plan.build = append(w.plan.build, func(v *view) {
		share, bytes, void := usedOf(v, used, size)
		v.emit(device.Storage, name, share, void)
		v.emit(device.StorageUsed, name, bytes*float64(vol.units), void)
	})
}

func usedOf(v *view, used, size int) (share, units float64, void device.Void) {
	u, void := v.count(used)
	if void != device.NotVoid {
		return 0, 0, void
	}
	s, void := v.count(size)
	if void != device.NotVoid {
		return 0, 0, void
	}
	share, void = device.Share(u, s)
	return share, float64(u), void
}

// storageRow reads memory from a row of hrStorageTable.
func (w *planner) storageRow(r Rule) (bool, error) {
	all, err := w.volumes()
	if err != nil {
		return false, err
	}
	for _, vol := range all {
		if vol.descr != r.Row {
			continue
		}
		used := w.plan.want(hrStorageUsed+"."+vol.key, "row "+r.Row)
		size := w.plan.want(hrStorageSize+"."+vol.key, "row "+r.Row)
		w.plan.build = append(w.plan.build, func(v *view) {
			share, bytes, void := usedOf(v, used, size)
			v.emit(device.Memory, "", share, void)
			v.emit(device.MemoryUsed, "", bytes*float64(vol.units), void)
		})
		return true, nil
	}
	return false, nil
}
