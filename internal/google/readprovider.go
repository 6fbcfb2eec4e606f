package google

// ReadProvider reads a provider file. file is its path, for messages, and what
// a relative ca_file is relative to. Every error is a *diagnosis.Symptom that
// names file, line and key.
func ReadProvider(data []byte, file string) (Provider, error) {
	panic("being written")
}
