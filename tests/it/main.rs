mod line_message_schema;
