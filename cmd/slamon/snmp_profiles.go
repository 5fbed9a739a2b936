package main

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/slamon/slamon/snmp"
)

// profilesCommand lists profiles, and prints a built-in one to start from.
func (f *snmpFlags) profilesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "profiles [NAME]",
		Short: "List the profiles, or print one to copy and extend",
		Long: `profiles lists what devices can be read by. With the name of a built-in profile it
prints that profile's file, to be copied into the directory that profiles under [snmp]
names; there it takes the place of the built-in one of its name, or stands beside it
under a name of its own.

A profile is TOML with these keys:

  title, note              for people
  system                   the profile fits where sysObjectID begins with one of these;
                           the longest wins
  interfaces, storage      true where IF-MIB and HOST-RESOURCES-MIB are worth reading
  [[cpu]], [[memory]]      rules; the first that a device answers is used
  [[reading]]              rules; all that a device answers are used, as the kind they name

and a rule has these:

  how            oid or [cpu.oids] …
  ticks          user, system, idle; nice, wait, kernel, interrupt, softirq, steal, cpus
  percent        oid of a scalar, 0 to 100
  column         oid of a column of percentages, without its index
  available      total, available
  cached         total, free, buffers, cached
  used_free      used, free; name: columns, a row for each pool
  used_size      used, size
  storage        row: the description of a row of hrStorage
  value          oid of a scalar, with kind; scale multiplies it, equals makes it 1 or 0
  column_values  the same of a column

  combine        "mean", "max" or "rows": what becomes of several rows
  row            only this row of a column
  unit           bytes in one unit of a size
  zero_is_void   true where 0 means "not applicable"
  mark           "S" for what was read in a description, "W" for a weak source, "M" for
                 what was not verified, which is read only where a device says unverified
  source         where the objects are described

Exit codes: 0 done; 2 there is no such profile, or one has a mistake.`,
		Example: `  slamon snmp profiles
  slamon snmp profiles cisco > /etc/slamon/profiles/cisco.toml
  slamon snmp probe 192.0.2.7 --profiles /etc/slamon/profiles`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				text, err := snmp.BuiltinProfile(args[0])
				if err != nil {
					return exitError{codeUsage, err}
				}
				say(cmd.OutOrStdout(), "%s", text)
				return nil
			}
			return f.listProfiles(cmd)
		},
	}
	cmd.Flags().StringVar(&f.profiles, "profiles", "", "directory with profiles of your own, listed too")
	return cmd
}

func (f *snmpFlags) listProfiles(cmd *cobra.Command) error {
	all, err := snmp.LoadProfiles(f.profiles)
	if err != nil {
		return exitError{codeUsage, err}
	}
	t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "PROFILE\tFOR\tSYSOBJECTID\tMARKS")
	for _, name := range all.Names() {
		p := all.Named(name)
		fits := strings.ReplaceAll(strings.Join(p.System, ", "), " .", " ")
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", name, p.Title, cmp.Or(strings.TrimPrefix(fits, "."), "all others"), cmp.Or(p.Marks(), "-"))
	}
	return t.Flush()
}
