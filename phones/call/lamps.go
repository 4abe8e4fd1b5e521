package call

// lineViews are the line buttons of a device as they are to be shown.
func (c *core) lineViews(d *device) []LineView {
	views := make([]LineView, 0, len(d.spec.Lines))
	for _, line := range d.spec.Lines {
		v := LineView{Button: line.Button, Lamp: LampOff}
		if len(line.DNs) > 0 {
			if n := c.dns[line.DNs[0]]; n != nil {
				v.DN, v.Number, v.Label, v.Name, v.Forward, v.Waiting = n.id, n.number, n.label, n.name, n.forward, n.waiting
			}
		}
		views = append(views, v)
	}
	return views
}
