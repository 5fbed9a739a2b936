package config

// Table makes a complaint about a check, an anchor or a device ("check", "anchor",
// "device"), where its table begins in the file. What only a probe finds out is nothing
// that this package could know.
func (c *Config) Table(what, id, text, remedy string) Complaint {
	out := c.origins.tables[stated{what, id}]
	out.File, out.Text, out.Remedy = c.File, text, remedy
	return out
}
