package account

// ReadClient reads the JSON that Google's console downloads for a Desktop or
// Web client. name is the file's, for messages. Every other file is refused
// with a *diagnosis.Symptom at client that says what it is.
func ReadClient(data []byte, name string) (Client, error) { panic("being written") }
