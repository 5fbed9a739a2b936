package snmp

import "strconv"

// unique gives every row a name of its own. Names are what history is kept by, so
// a second row of the same name is told apart by what else is known of it, and
// by its index only when nothing else is.
func unique(keys []string, name func(key string) string, other func(key string) string) []string {
	count := make(map[string]int)
	names := make([]string, len(keys))
	for i, key := range keys {
		if names[i] = clip(name(key)); names[i] == "" {
			names[i] = "#" + key
		}
		count[names[i]]++
	}
	taken := make(map[string]bool)
	for i, key := range keys {
		if count[names[i]] > 1 {
			if more := otherName(other, key); more != "" {
				names[i] = clip(names[i] + " " + more)
			}
		}
		if taken[names[i]] {
			names[i] = short(names[i]) + " #" + key
		}
		for n := 2; taken[names[i]]; n++ {
			names[i] = short(names[i]) + " ~" + strconv.Itoa(n)
		}
		taken[names[i]] = true
	}
	return names
}

func otherName(other func(string) string, key string) string {
	if other == nil {
		return ""
	}
	return other(key)
}

// short leaves room for what is put behind a name.
func short(name string) string {
	const room = 24
	if len(name) > room*3 {
		name = clip(name)[:room*3]
	}
	return name
}
