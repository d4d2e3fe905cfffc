"""What a teacher or an administrator does in the web application (behaviour §16), apart from the API."""
